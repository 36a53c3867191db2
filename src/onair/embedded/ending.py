"""The end of uvicorn, of which an application hears too late.

uvicorn waits until every answer has ended, and says only then that it stops. The answers of the fallback end
when their sessions do, so one browser behind a proxy would hold up each deployment.
"""

from __future__ import annotations

import asyncio
import signal

import uvicorn

from onair.server.server import Server

#: Seconds between two looks.
INTERVAL = 0.5


def close_with_uvicorn(server: Server, loop: asyncio.AbstractEventLoop) -> None:
    """Close the sockets (4200) when the uvicorn that runs this process begins to stop, if one does."""
    handler = signal.getsignal(signal.SIGTERM)  # its method, which nothing else leads to
    runner = getattr(handler, "__self__", None)
    if isinstance(runner, uvicorn.Server):
        loop.call_later(INTERVAL, _look, runner, server, loop)


def _look(runner: uvicorn.Server, server: Server, loop: asyncio.AbstractEventLoop) -> None:
    """Look again and again: until it listens no more, clients that were sent away come back."""
    if runner.should_exit:
        server.close_all()
    loop.call_later(INTERVAL, _look, runner, server, loop)
