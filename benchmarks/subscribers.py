"""Many subscribed clients in one process: they connect in groups, then one epoll counts bytes."""

from __future__ import annotations

import select
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.client import Client

READ_SIZE = 1 << 18

#: Clients that shake hands at the same time.
GROUP = 32


@dataclass(frozen=True, slots=True)
class Say:
    """A step of the conversation by which a client subscribes: send this text."""

    text: bytes

    def take(self, client: Client) -> None:
        client.send_text(self.text)


@dataclass(frozen=True, slots=True)
class Hear:
    """A step of the conversation: the server's next frame has this in it."""

    part: bytes

    def take(self, client: Client) -> None:
        frame = client.read_frame()
        if self.part not in frame:
            raise ConnectionError(f"{self.part!r} was expected, and {frame!r} came")


Conversation = Sequence[Say | Hear]


class Subscribers:
    """Sockets that have subscribed, of which only the number of bytes that arrive is looked at."""

    def __init__(self, port: int, path: str, conversation: Conversation) -> None:
        self._port = port
        self._path = path
        self._conversation = conversation
        self._clients: dict[int, Client] = {}
        self._epoll = select.epoll()
        self._buffer = bytearray(READ_SIZE)

    def __len__(self) -> int:
        return len(self._clients)

    def add(self, count: int) -> None:
        """Connect and subscribe so many more."""
        for start in range(0, count, GROUP):
            self._add_group(min(GROUP, count - start))

    def settle(self, part: bytes) -> None:
        """Read at every socket until a frame has this in it."""
        for client in self._clients.values():
            while part not in client.read_frame():
                pass

    def read_first_event(self, seconds: float) -> int:
        """Read one whole event at every socket, and return the size of its frame in bytes.

        From then on :meth:`receive` counts.

        Raises:
            TimeoutError: A socket waited for longer than these seconds.
        """
        for client in self._clients.values():
            client.sock.settimeout(seconds)
        sizes = {len(client.read_frame()) for client in self._clients.values()}
        if len(sizes) != 1 or any(client.buffer for client in self._clients.values()):
            raise ValueError(
                f"Subscribers were not sent the same: frames of {sorted(sizes)} bytes, or more of them"
            )
        for descriptor, client in self._clients.items():
            client.sock.setblocking(False)
            self._epoll.register(descriptor, select.EPOLLIN)
        return sizes.pop()

    def receive(self, count: int, seconds: float) -> None:
        """Read until so many bytes have arrived at all sockets together.

        Raises:
            TimeoutError: They have not within these seconds.
        """
        missing, deadline = count, time.monotonic() + seconds
        clients, buffer = self._clients, self._buffer
        while missing > 0:
            ready = self._epoll.poll(max(deadline - time.monotonic(), 0), len(clients))
            if not ready:
                raise TimeoutError(f"{missing} of {count} bytes did not arrive within {seconds:.0f} s")
            for descriptor, _ in ready:
                received = clients[descriptor].sock.recv_into(buffer)
                if not received:
                    raise ConnectionError("the server closed a subscriber's connection")
                missing -= received
        if missing < 0:
            raise ValueError(f"{-missing} bytes more than expected arrived")

    def close(self) -> None:
        self._epoll.close()
        for client in self._clients.values():
            client.close()

    def _add_group(self, count: int) -> None:
        group = [Client(self._port) for _ in range(count)]
        self._clients.update((client.sock.fileno(), client) for client in group)
        for client in group:
            client.send_upgrade(self._path)
        for client in group:
            client.read_upgrade()
        for step in self._conversation:
            for client in group:
                step.take(client)
