"""Tasks of Celery, in real workers, publish to a server in another process."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from tests.workers.running import Newsroom


@pytest.mark.parametrize("pool", ["prefork", "solo", "threads"])
def test_a_task_publishes_as_a_view_does_and_a_warm_shutdown_sends_what_is_left(
    pool: str, site: Newsroom
) -> None:
    with site.news() as news, site.celery(pool) as worker:
        worker.do("publish", "at once")
        worker.do("publish_in_a_transaction", "after the commit")
        worker.do("publish_and_fail", "of a rollback", outcome="raised")
        worker.do("publish_and_retry", "once for two tries")
        worker.do("publish_at_the_end", "the end")
        worker.stop()
        assert news.names() == [
            "at once",
            "after the commit",
            "once for two tries",
            "before the end",
            "the end",
        ]


def test_a_child_that_is_replaced_after_its_task_sends_what_is_left(site: Newsroom) -> None:
    """They end by ``os._exit``, and some milliseconds after the task."""
    with site.news() as news, site.celery("prefork", "--max-tasks-per-child", "1") as worker:
        for number in range(3):
            worker.broker.send("publish_at_the_end", f"end {number}")
        worker.process.wait_for("succeeded", count=3)
        worker.stop()
        assert news.names() == [f"{which}end {number}" for number in range(3) for which in ("before ", "")]


def test_a_child_that_is_terminated_sends_what_is_left(site: Newsroom) -> None:
    with site.news() as news, site.celery("prefork") as worker:
        worker.broker.send("publish_and_be_terminated", "the end")
        worker.process.wait_for("exited with")
        assert news.names() == ["before the end", "the end"]


def test_a_server_that_does_not_answer_holds_a_child_no_longer_than_the_settings_say(site: Newsroom) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"http://key:secret@127.0.0.1:{silent.getsockname()[1]}/apps/1"
        with site.celery("prefork", ONAIR_URL=url, TEST_DRAIN_TIMEOUT="0.05") as worker:
            worker.do("publish", "lost")
            assert 'ONAIR["DRAIN_TIMEOUT"]' in worker.stop()
