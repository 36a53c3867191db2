"""Sites whose sockets are in several processes, and clients in each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

import psutil
from websockets.sync.client import connect

from tests.embedded.running import PATIENCE, Process
from tests.server.clients import Client

#: Connections after which a process that has none of them will get none.
MANY = 200


def processes_of(parents: Sequence[Process]) -> list[psutil.Process]:
    """These processes, and all that they have started."""
    found = []
    for parent in parents:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(parent.pid)
            found += [process, *process.children(recursive=True)]
    return found


def holder_of(port: int, parents: Sequence[Process]) -> int:
    """Which process has the connection that comes from this port."""
    for process in processes_of(parents):
        with suppress(psutil.NoSuchProcess):
            if any(own.raddr and own.raddr.port == port for own in process.net_connections("tcp")):
                return int(process.pid)
    raise AssertionError(f"nobody has the connection from port {port}")


@contextmanager
def listeners_in_each(
    urls: Sequence[str], parents: Sequence[Process], count: int
) -> Iterator[dict[int, Client]]:
    """Clients that listen to news, one in each of so many processes.

    Args:
        urls: Where the sockets are, in turn.
        parents: Whose processes they are.
        count: How many processes there are.
    """
    clients: dict[int, Client] = {}
    with ExitStack() as stack:
        for number in range(MANY):
            url = urls[number % len(urls)]
            connection = stack.enter_context(
                connect(f"{url}?protocol=7", open_timeout=PATIENCE, compression=None)
            )
            client = Client(connection)
            client.established()
            pid = holder_of(connection.socket.getsockname()[1], parents)
            if pid not in clients:
                assert client.subscribe("news")["event"] == "pusher_internal:subscription_succeeded"
                clients[pid] = client
            if len(clients) == count:
                break
        assert len(clients) == count, f"after {MANY} connections, {len(clients)} processes have one"
        yield clients
