"""A WebSocket of a client: bytes in, messages out. It costs little: thousands of them share a process."""

from __future__ import annotations

import asyncio
import base64
import os
import struct
from typing import Protocol, cast

ABNORMAL = 1006

_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_SHORT, _LONG = 126, 127


class Owner(Protocol):
    """Who is told what happens."""

    def received(self, text: bytes) -> None:
        """A message has come."""

    def lost(self, code: int) -> None:
        """The connection has ended, with this code or none of a WebSocket."""


class Wire(asyncio.Protocol):
    """One connection; its owner hears of its end once."""

    def __init__(self, owner: Owner, path: str) -> None:
        self._owner: Owner | None = owner
        self._path = path
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._is_open = False
        self._code = ABNORMAL

    def send(self, text: bytes) -> None:
        self._write(_TEXT, text)

    def drop(self) -> None:
        """End it without a word to anybody."""
        self._owner = None
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if self._owner is None:
            self._transport.abort()
            return
        nonce = base64.b64encode(os.urandom(16)).decode()
        self._transport.write(
            f"GET {self._path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._is_open:
            head, end, rest = self._received.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head.split(b"\r\n", 1)[0]:
                self._end()
                return
            self._is_open, self._received = True, rest
        self._read_frames()

    def connection_lost(self, error: Exception | None) -> None:
        owner, self._owner = self._owner, None
        if owner is not None:
            owner.lost(self._code)

    def _read_frames(self) -> None:
        received, at = self._received, 0
        while (bounds := _bounds(received, at)) is not None:
            start, end = bounds
            self._handle(received[at] & 0x0F, received[start:end])
            at = end
        self._received = received[at:]

    def _handle(self, opcode: int, payload: bytes) -> None:
        if self._owner is None:
            return
        if opcode == _TEXT:
            self._owner.received(payload)
        elif opcode == _PING:
            self._write(_PONG, payload)
        elif opcode == _CLOSE:
            self._code = int.from_bytes(payload[:2]) if payload else 1005
            self._write(_CLOSE, payload[:2])
            self._end()

    def _end(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _write(self, opcode: int, payload: bytes) -> None:
        """Write a masked frame. The mask is zero, which saves time and changes nothing."""
        size = len(payload)
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | size) if size < _SHORT else b""
        head = head or struct.pack("!BBH", 0x80 | opcode, 0x80 | _SHORT, size)
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(head + b"\0\0\0\0" + payload)


def _bounds(received: bytes, at: int) -> tuple[int, int] | None:
    """Where the payload of the frame at this place begins and ends; None where not all of it is there."""
    if len(received) - at < 2:
        return None
    length, start = received[at + 1], at + 2
    if length >= _SHORT:
        start += 2 if length < _LONG else 8
        length = int.from_bytes(received[at + 2 : start])
    return (start, start + length) if len(received) >= start + length else None
