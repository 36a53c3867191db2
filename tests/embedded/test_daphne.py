"""Daphne's own ``runserver``, with sockets before the site's ASGI application."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.embedded.running import ON_AIR, Site, copy_project, free_port, listener, started
from tests.test_asgi import key_of

ORDERS = {
    "daphne first": "daphne,django.contrib.staticfiles,onair",
    "daphne last": "onair,daphne,django.contrib.staticfiles",
}


@pytest.mark.parametrize("apps", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("arguments", [(), ("--noreload",)], ids=["reloader", "noreload"])
def test_daphnes_runserver_serves_pages_and_sockets(
    arguments: tuple[str, ...], apps: str, tmp_path: Path
) -> None:
    folder, port = copy_project(tmp_path / "site"), free_port()
    socket_url = f"ws://127.0.0.1:{port}/app/{key_of(folder)}"
    with started(folder, "manage.py", "runserver", *arguments, str(port), TEST_APPS=apps) as process:
        assert process.wait_for(ON_AIR) == socket_url
        site = Site(folder, process, "127.0.0.1", port, socket_url)
        with listener(socket_url) as client:
            site.manage("say")
            assert client.receive() == {"event": "said", "channel": "news", "data": {"by": "command"}}
            assert site.get("/app/x") == "the site's page at /app/x"
            assert site.get("/static/hello.txt") == "a static file\n"
            assert site.get("/publish") == "published"
            assert client.receive()["data"] == {"by": "view"}
            process.interrupt()
            assert client.close_code() == 4200
        assert process.exit_code() == 0
        assert "Traceback" not in process.written
