"""Redis for a thread of a process that holds no sockets: one blocking connection, made when it is wanted."""

from __future__ import annotations

import os
import selectors
import socket
import time
from contextlib import suppress
from typing import Any, TypeVar

import hiredis

from onair.engines.base import Op
from onair.engines.redis.address import Address, Command, Place, Tls
from onair.engines.redis.errors import trouble_of
from onair.engines.redis.resp import NOT_YET, new_reader, pack
from onair.engines.redis.wire import Keys, reply_of, script_of

R = TypeVar("R")


class RedisClient:
    """The client of one app (:class:`onair.engines.base.Client`)."""

    def __init__(self, address: Address, keys: Keys) -> None:
        self._address = address
        self._keys = keys
        self._line: _Line | None = None
        self._process = 0

    def do(self, op: Op[R], timeout: float) -> R:
        """Do something and return the reply.

        Raises:
            EngineDown, EngineRefused
        """
        deadline = time.monotonic() + timeout
        try:
            line = self._connected(deadline)
            reply = line.ask(self._keys.of_op(op), deadline)
            if isinstance(reply, hiredis.ReplyError) and str(reply).startswith("NOSCRIPT"):
                line.ask(("SCRIPT", "LOAD", script_of(op).text), deadline)
                reply = line.ask(self._keys.of_op(op), deadline)
            if isinstance(reply, Exception):
                raise reply
        except Exception as error:
            self.close()
            raise trouble_of(error, self._address) from None
        return reply_of(op, reply)

    def close(self) -> None:
        """Let go of the connection; the next call makes another."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _connected(self, deadline: float) -> _Line:
        """Return the connection, another one if it was closed meanwhile or belongs to the process' parent."""
        if self._line is not None and (self._process != os.getpid() or self._line.is_stale()):
            self.close()
        if self._line is None:
            self._process = os.getpid()
            self._line = _connect(self._address, deadline)
        return self._line


class _Line:
    """A socket on which one thing is asked at a time."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._reader = new_reader()
        self._selector = selectors.DefaultSelector()
        self._selector.register(connection, selectors.EVENT_READ)

    def ask(self, command: Command, deadline: float) -> Any:
        """Return the reply, which may be an exception."""
        self._socket.settimeout(_left(deadline))
        self._socket.sendall(pack(command))
        while (reply := self._reader.gets()) is NOT_YET:
            self._socket.settimeout(_left(deadline))
            data = self._socket.recv(65536)
            if not data:
                raise ConnectionResetError("it has closed the connection")
            self._reader.feed(data)
        return reply

    def is_stale(self) -> bool:
        """Whether something came that nobody asked for, such as the connection's end."""
        return bool(self._selector.select(0))

    def close(self) -> None:
        """Close the socket."""
        self._selector.close()
        with suppress(OSError):
            self._socket.close()


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _connect(address: Address, deadline: float) -> _Line:
    return _open(_locate(address, deadline), address.tls, address.greeting(), deadline)


def _locate(address: Address, deadline: float) -> Place:
    if not address.service:
        return address.places[0]
    failure: Exception = OSError(f"no sentinel knows a service {address.service!r}")
    for left, sentinel in zip(range(len(address.places), 0, -1), address.places, strict=True):
        soon = time.monotonic() + _left(deadline) / left
        try:
            line = _open(sentinel, address.tls, address.sentinel_login.commands(), soon)
            found = line.ask(("SENTINEL", "get-master-addr-by-name", address.service), soon)
            line.close()
        except (OSError, hiredis.ReplyError) as error:
            failure = error
            continue
        if isinstance(found, list):
            return Place(found[0].decode(), int(found[1]))
    raise failure


def _open(place: Place, tls: Tls | None, greeting: tuple[Command, ...], deadline: float) -> _Line:
    if place.path:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(_left(deadline))
        connection.connect(place.path)
    else:
        connection = socket.create_connection((place.host, place.port), _left(deadline))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        if tls is not None:
            connection = tls.context().wrap_socket(connection, server_hostname=place.host)
        line = _Line(connection)
        for command in greeting:
            reply = line.ask(command, deadline)
            if isinstance(reply, Exception):
                raise reply
    except BaseException:
        connection.close()
        raise
    return line
