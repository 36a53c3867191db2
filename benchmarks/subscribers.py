"""A client that holds many subscribers cheaply: blocking handshakes, then one epoll that counts bytes."""

from __future__ import annotations

import base64
import os
import select
import socket
import struct
from collections.abc import Callable

Talk = Callable[[socket.socket], None]

READ_SIZE = 1 << 18
TIMEOUT = 60.0


def read_frame(sock: socket.socket) -> bytes:
    """Read one unmasked frame and return its payload."""
    _, length = read_exactly(sock, 2)
    if length == 126:
        (length,) = struct.unpack("!H", read_exactly(sock, 2))
    elif length == 127:
        (length,) = struct.unpack("!Q", read_exactly(sock, 8))
    return read_exactly(sock, length)


def read_exactly(sock: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        chunk = sock.recv(count - len(data))
        if not chunk:
            raise ConnectionError("the server closed the connection")
        data += chunk
    return bytes(data)


def send_text(sock: socket.socket, payload: bytes) -> None:
    """Send one masked text frame. The mask is zero, which saves the client's time and changes nothing."""
    head = struct.pack("!BB", 0x81, 0x80 | len(payload)) if len(payload) < 126 else b""
    head = head or struct.pack("!BBH", 0x81, 0x80 | 126, len(payload))
    sock.sendall(head + b"\0\0\0\0" + payload)


def connect(port: int, path: str) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    nonce = base64.b64encode(os.urandom(16)).decode()
    sock.sendall(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += read_exactly(sock, 1)
    if b" 101 " not in head.split(b"\r\n", 1)[0]:
        raise ConnectionError(head.decode(errors="replace"))
    return sock


class Subscribers:
    """Many subscribed sockets, of which only the number of bytes that arrive is looked at."""

    def __init__(self) -> None:
        self.sockets: dict[int, socket.socket] = {}
        self.epoll = select.epoll()
        self.buffer = bytearray(READ_SIZE)

    def add(self, count: int, port: int, path: str, subscribe: Talk) -> None:
        """Connect and subscribe so many more."""
        for _ in range(count):
            sock = connect(port, path)
            subscribe(sock)
            sock.setblocking(False)
            self.sockets[sock.fileno()] = sock
            self.epoll.register(sock.fileno(), select.EPOLLIN)

    def receive(self, count: int) -> None:
        """Read until so many bytes have arrived at all sockets together."""
        missing = count
        while missing > 0:
            ready = self.epoll.poll(TIMEOUT)
            if not ready:
                raise TimeoutError(f"{missing} of {count} bytes did not arrive within {TIMEOUT:.0f} s")
            for descriptor, _ in ready:
                received = self.sockets[descriptor].recv_into(self.buffer)
                if not received:
                    raise ConnectionError("the server closed a subscriber's connection")
                missing -= received
        if missing < 0:
            raise ValueError(f"{-missing} bytes more than expected arrived")

    def measure_frame(self) -> int:
        """Read one whole event at every socket, and return the size of its frame in bytes."""
        sizes = set()
        for sock in self.sockets.values():
            sock.setblocking(True)
            sock.settimeout(TIMEOUT)
            payload = read_frame(sock)
            sizes.add(len(payload) + (2 if len(payload) < 126 else 4))
            sock.setblocking(False)
        (size,) = sizes
        return size

    def close(self) -> None:
        self.epoll.close()
        for sock in self.sockets.values():
            sock.close()


class Publisher:
    """One kept-alive connection, on which the same request is posted again and again."""

    def __init__(self, port: int, request: bytes) -> None:
        self.request = request
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def publish(self, count: int) -> None:
        """Send so many requests at once, without waiting for an answer."""
        self.sock.sendall(self.request * count)

    def read_answers(self, count: int) -> None:
        """Read so many answers, each of which must be a 200 that ends with ``{}``."""
        received = b""
        while received.count(b"\r\n\r\n{}") < count:
            received += self.sock.recv(READ_SIZE)
            if b"HTTP/1.1 4" in received or b"HTTP/1.1 5" in received:
                raise ConnectionError(received.decode(errors="replace"))

    def close(self) -> None:
        self.sock.close()
