"""A site in several processes that share its channels through Redis, under the servers that people use.

What a page publishes in one process reaches who listens in another, with no setting but ``ONAIR_URL``.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.deployments.running import listeners_in_each
from tests.embedded.running import Process, copy_project, free_port, http, started
from tests.redis_server import RedisServer
from tests.server.clients import wait_until
from tests.test_asgi import key_of

#: A process serves pages and sockets, or pages alone, or sockets alone.
BOTH, PAGES, SOCKETS = "both", "pages", "sockets"


class Command(NamedTuple):
    """A command that serves, what it serves, and what it writes when it does, and how often."""

    serves: str
    arguments: str
    ready: str
    count: int = 1


SERVE = Command(SOCKETS, "manage.py onair serve --workers 2 --bind 127.0.0.1:PORT", "On air")
UVICORN = "Application startup complete"

SITES = {
    "gunicorn, and onair serve beside it": (
        Command(PAGES, "-m gunicorn wsgi --bind 127.0.0.1:PORT --workers 2", "Booting worker", 2),
        SERVE,
    ),
    "granian with WSGI, and onair serve beside it": (
        Command(
            PAGES, "-m granian --interface wsgi --port PORT --workers 2 wsgi:application", "Started worker-2"
        ),
        SERVE,
    ),
    "gunicorn with workers of uvicorn": (
        Command(
            BOTH,
            "-m gunicorn live_asgi:application --bind 127.0.0.1:PORT --workers 2 "
            "-k uvicorn_worker.UvicornWorker",
            UVICORN,
            2,
        ),
    ),
    "uvicorn": (Command(BOTH, "-m uvicorn --port PORT --workers 2 live_asgi:application", UVICORN, 2),),
    "uvicorn, the fast road": (
        Command(
            BOTH,
            "-m uvicorn --port PORT --workers 2 --ws onair.asgi:WebSocketProtocol live_asgi:application",
            UVICORN,
            2,
        ),
    ),
    "granian": (
        Command(
            BOTH,
            "-m granian --interface asgi --port PORT --workers 2 live_asgi:application",
            "Started worker-2",
        ),
    ),
    "hypercorn": (
        Command(
            BOTH,
            "-m hypercorn --bind 127.0.0.1:PORT --workers 2 live_asgi:application",
            "Running on",
            2,
        ),
    ),
    "two processes of daphne": (
        Command(BOTH, "-m daphne -p PORT live_asgi:application", "Listening on TCP address"),
        Command(BOTH, "-m daphne -p PORT live_asgi:application", "Listening on TCP address"),
    ),
}

#: In how many processes clients are.
HOLDERS = 2


class Deployed(NamedTuple):
    """A site that runs."""

    pages: list[str]
    socket_urls: list[str]
    processes: list[Process]


def answers(port: int) -> bool:
    """Whether somebody listens; granian says that it does a moment before."""
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def deployed(commands: tuple[Command, ...], folder: Path, url: str) -> Iterator[Deployed]:
    copy_project(folder)
    key = key_of(folder)
    site = Deployed([], [], [])
    with ExitStack() as stack:
        for command in commands:
            port = free_port()
            arguments = command.arguments.replace("PORT", str(port)).split()
            process = stack.enter_context(started(folder, *arguments, ONAIR_URL=url))
            process.wait_for(command.ready, count=command.count)
            wait_until(lambda at=port: answers(at), "the port is open")
            if command.serves != SOCKETS:
                site.pages.append(f"http://127.0.0.1:{port}")
            if command.serves != PAGES:
                site.socket_urls.append(f"ws://127.0.0.1:{port}/app/{key}")
                site.processes.append(process)
        yield site


@pytest.mark.parametrize("commands", SITES.values(), ids=SITES)
def test_what_a_page_publishes_reaches_the_listeners_of_every_process(
    commands: tuple[Command, ...], tmp_path: Path, redis_server: RedisServer
) -> None:
    with (
        deployed(commands, tmp_path / "site", redis_server.url) as site,
        listeners_in_each(site.socket_urls, site.processes, HOLDERS) as clients,
    ):
        for page in site.pages:
            assert http.request("GET", f"{page}/publish").data == b"published"
            for client in clients.values():
                assert client.receive() == {"event": "said", "channel": "news", "data": {"by": "view"}}
