"""A real HTTP server in a thread, for what the tests answer themselves."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer

PATIENCE = 10.0


@contextmanager
def running(server: ThreadingHTTPServer) -> Iterator[None]:
    """Serve until the block ends; a request that is still under way then does not hold it up."""
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE)
