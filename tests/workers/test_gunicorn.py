"""A site under gunicorn, with the server beside it."""

from __future__ import annotations

import signal

import pytest

from tests.embedded.running import http, started
from tests.workers.running import Newsroom


@pytest.mark.parametrize("options", [("--preload",), ("--threads", "2"), ()], ids=" ".join)
def test_its_workers_send_what_is_left_when_it_is_stopped(options: tuple[str, ...], site: Newsroom) -> None:
    """With ``--preload`` the application has published in gunicorn's own process before it forks."""
    arguments = ("-m", "gunicorn", "wsgi", "--bind", "127.0.0.1:0", "--workers", "1", *options)
    with site.news() as news, started(site.folder, *arguments) as gunicorn:
        address = gunicorn.wait_for(r"Listening at: (\S+)")
        gunicorn.wait_for("Booting worker")
        assert http.request("GET", f"{address}/leave/end").data == b"end"
        gunicorn.signal(signal.SIGTERM)
        assert gunicorn.exit_code() == 0, gunicorn.written
        assert news.names() == ["imported", "before end", "end"]
