"""TLS for a client that reads in one thread and writes in another."""

from __future__ import annotations

import selectors
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")

#: One that a close in another thread does not make deaf; Windows has the latter only.
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


class DuplexSocket(ssl.SSLSocket):
    """Lets one thread read while another one writes, as the library for WebSockets does.

    OpenSSL forbids both at once for one connection: a ticket of TLS 1.3 that is read while the first request
    is written may swallow the request, and both sides wait for each other. Here they take turns, and nobody
    keeps the turn while there is nothing to read or no room to write.

    For ``SSLContext.sslsocket_class``.
    """

    _turn: Lock

    def __new__(cls, *arguments: Any, **options: Any) -> DuplexSocket:
        made = super().__new__(cls, *arguments, **options)  # its own class never calls __init__
        made._turn = Lock()
        return made

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        return self._in_turn(super().recv, buflen, flags)

    def send(self, data: Any, flags: int = 0) -> int:
        return self._in_turn(super().send, data, flags)

    def settimeout(self, value: float | None) -> None:
        with self._turn:
            super().settimeout(value)

    def close(self) -> None:
        """Close, and let a thread go that waits in :meth:`recv`: the system would not wake it."""
        with suppress(OSError):
            socket.socket.shutdown(self, socket.SHUT_RDWR)
        with self._turn:
            super().close()

    def _in_turn(self, act: Callable[[Any, int], T], what: Any, flags: int) -> T:
        while True:
            with self._turn:
                timeout = self.gettimeout()
                super().settimeout(0)
                try:
                    return act(what, flags)
                except ssl.SSLWantReadError:
                    event = selectors.EVENT_READ
                except ssl.SSLWantWriteError:
                    event = selectors.EVENT_WRITE
                finally:
                    super().settimeout(timeout)
            self._wait_for(event, timeout)

    def _wait_for(self, event: int, timeout: float | None) -> None:
        with _Selector() as selector:
            selector.register(self, event)
            if not selector.select(timeout):
                raise TimeoutError
