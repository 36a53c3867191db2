"""One blocking WebSocket client, which speaks just enough for a benchmark."""

from __future__ import annotations

import base64
import os
import socket
import struct

TIMEOUT = 30.0
READ_SIZE = 1 << 16

_SHORT = 126
_LONG = 127


class Client:
    """A socket, and what was read from it and not yet asked for."""

    __slots__ = ("buffer", "sock")

    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def send_upgrade(self, path: str) -> None:
        """Ask for a WebSocket; :meth:`read_upgrade` reads the answer."""
        nonce = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def read_upgrade(self) -> None:
        """Raises ConnectionError unless the server agrees."""
        while b"\r\n\r\n" not in self.buffer:
            self._read()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            raise ConnectionError(head.decode(errors="replace"))

    def send_text(self, payload: bytes) -> None:
        """Send one masked text frame. The mask is zero, which saves the client's time and changes nothing."""
        size = len(payload)
        head = (
            struct.pack("!BB", 0x81, 0x80 | size) if size < _SHORT else struct.pack("!BBH", 0x81, 0xFE, size)
        )
        self.sock.sendall(head + b"\0\0\0\0" + payload)

    def read_frame(self) -> bytes:
        """One whole unmasked frame of the server, with its head."""
        while (size := self._frame_size()) is None or len(self.buffer) < size:
            self._read()
        frame, self.buffer = self.buffer[:size], self.buffer[size:]
        return frame

    def close(self) -> None:
        self.sock.close()

    def _frame_size(self) -> int | None:
        if len(self.buffer) < 2:
            return None
        length, head = self.buffer[1], 2
        if length >= _SHORT:
            head = 4 if length < _LONG else 10
            length = int.from_bytes(self.buffer[2:head])
        return head + length if len(self.buffer) >= head else None

    def _read(self) -> None:
        received = self.sock.recv(READ_SIZE)
        if not received:
            raise ConnectionError("the server closed the connection")
        self.buffer += received
