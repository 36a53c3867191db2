"""What a worker has from the process that started it: the listening sockets, and a line to that process.

Over the line the worker says one byte, when it serves, and is told how urgently it is to end. When the line
ends, its parent has died.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum

#: The variable of the environment that names the descriptors: that of the line, and those of the sockets.
VARIABLE = "ONAIR_INHERITED"

#: What a worker says when it serves.
SERVES = b"s"


class Urgency(IntEnum):
    """How a server is to end."""

    YIELD = 0  # the clients in turn, and those who come are another worker's
    DRAIN = 1  # the clients in turn, and those who come are told to come back later
    HURRY = 2  # all of them at once
    FORCE = 3  # without waiting for anything


@dataclass(frozen=True, slots=True)
class Inherited:
    """The worker's end of the line, and its copies of the listening sockets."""

    line: socket.socket
    sockets: tuple[socket.socket, ...]

    def say_serving(self) -> None:
        """Tell the parent that connections are taken from now on."""
        with suppress(OSError):  # a parent that has died is noticed by the end of the line
            self.line.send(SERVES)

    def follow(self, loop: asyncio.AbstractEventLoop, end: Callable[[Urgency], object]) -> None:
        """Call ``end`` in the loop when the parent says so, and when it has died.

        Nobody starts the next worker then, and whoever starts the next server needs its address: the end has
        no time for turns.
        """

        def read() -> None:
            try:
                told = self.line.recv(1)
            except OSError:
                told = b""
            if not told:
                loop.remove_reader(self.line)
            end(Urgency(told[0]) if told else Urgency.HURRY)

        self.line.setblocking(False)
        loop.add_reader(self.line, read)


def descriptors(line: socket.socket, sockets: Sequence[socket.socket]) -> tuple[str, list[int]]:
    """The variable's value for a worker, and the descriptors that it must inherit."""
    numbers = [line.fileno(), *(sock.fileno() for sock in sockets)]
    return ",".join(map(str, numbers)), numbers


def is_worker(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this process was started as a worker, and has not taken what it inherits yet."""
    return VARIABLE in environment


def take(environment: MutableMapping[str, str] = os.environ) -> Inherited | None:
    """Take what this process inherits; None where it is no worker. Its own children inherit nothing of it."""
    value = environment.pop(VARIABLE, None)
    if value is None:
        return None
    line, *sockets = (socket.socket(fileno=int(number)) for number in value.split(","))
    for sock in (line, *sockets):
        sock.set_inheritable(False)
    return Inherited(line, tuple(sockets))
