"""Tasks of ``django.tasks``: of Django from 6.0 on, and of the package django-tasks before."""

from __future__ import annotations

import signal

from tests.embedded.running import started
from tests.workers.running import Newsroom

WORKER = ("manage.py", "db_worker", "--no-startup-delay", "--interval", "0.02")


def shell(site: Newsroom, script: str) -> None:
    process = site.run("manage.py", "shell", "--verbosity", "0", "-c", script)
    assert process.exit_code() == 0, process.written


def test_a_worker_publishes_as_a_view_does_and_sends_what_is_left(site: Newsroom) -> None:
    enqueue = """
from jobs import background
background.publish.enqueue("at once")
background.publish_in_a_transaction.enqueue("after the commit")
background.publish_and_fail.enqueue("of a rollback")
background.publish_at_the_end.enqueue("the end")
"""
    with site.news() as news:
        shell(site, enqueue)
        process = site.run(*WORKER, "--batch")
        assert process.exit_code() == 0, process.written
        assert news.names() == ["at once", "after the commit", "before the end", "the end"]


def test_a_worker_that_is_terminated_sends_what_is_left(site: Newsroom) -> None:
    with site.news() as news, started(site.folder, *WORKER) as worker:
        shell(site, "from jobs import background; background.publish_at_the_end.enqueue('the end')")
        assert news.client.receive()["event"] == "before the end"
        worker.signal(signal.SIGTERM)
        assert worker.exit_code() == 0, worker.written
        assert news.names() == ["the end"]


def test_a_task_that_runs_at_once_belongs_to_the_transaction_that_it_was_enqueued_in(site: Newsroom) -> None:
    script = """
from functools import partial
from django.db import transaction
from jobs.background import publish_at_once
with transaction.atomic():
    publish_at_once.enqueue("inside")
    transaction.on_commit(partial(publish_at_once.enqueue, "on commit"))
try:
    with transaction.atomic():
        publish_at_once.enqueue("of a rollback")
        transaction.on_commit(partial(publish_at_once.enqueue, "on no commit"))
        raise ValueError
except ValueError:
    publish_at_once.enqueue("outside")
"""
    with site.news() as news:
        shell(site, script)
        assert news.names() == ["inside", "on commit", "outside"]
