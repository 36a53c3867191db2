"""A real server in a thread, on a free port."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from onair.server.run import runner
from onair.server.server import Server
from onair.server.types import ASGIApp
from tests.server.clients import PATIENCE, Site


@contextmanager
def running(server: Server, inner: ASGIApp | None = None, **options: Any) -> Iterator[Site]:
    """Run a server, beside a site of ASGI if there is one; ``options`` are uvicorn's."""
    address: list[tuple[str, int]] = []
    bound = threading.Event()

    def on_bound(host: str, port: int) -> None:
        address.append((host, port))
        bound.set()

    uvicorn = runner(server, port=0, app=inner, on_bound=on_bound, **options)
    thread = threading.Thread(target=uvicorn.run, name="server")
    thread.start()
    assert bound.wait(PATIENCE)
    site = Site(server, uvicorn, address[0])
    try:
        yield site
    finally:
        uvicorn.should_exit = True
        thread.join(PATIENCE)
        site.http.clear()
        assert not thread.is_alive()
