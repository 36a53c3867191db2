"""Taking an address to listen at, and what to do where the system refuses it."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from stat import S_IMODE

from onair.server.address import Address, Port, UnixSocket

#: Connections that wait to be accepted; uvicorn's number.
BACKLOG = 2048

#: What to do where the system refuses an address.
_REMEDIES = {
    errno.EADDRINUSE: "stop what listens there, or take another address",
    errno.EADDRNOTAVAIL: "take an address of this machine, or 0.0.0.0 for all that it has",
    errno.EACCES: "take a port above 1023 or another folder, or let the process have it "
    "(systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE)",
    errno.ENOENT: "make its folder (systemd: RuntimeDirectory=)",
}

#: What a name may stand for besides, and this machine has not: IPv6 where that is switched off.
_NOT_HERE = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}

#: Seconds in which a server at the other end of a Unix socket answers.
_ANSWERS_IN = 1

#: Whoever reaches the folder may connect, as with uvicorn.
_MODE = 0o666


def why_not(address: str, error: OSError) -> str:
    """What to say of an address that the system refuses, with the remedy."""
    number = error.errno or 0
    reason = os.strerror(number) if number in _REMEDIES else error.strerror or str(error)
    return (
        f"The server cannot listen at {address} ({reason}): "
        f"{_REMEDIES.get(number, 'see that the address is right')}."
    )


def is_used(path: str | None) -> bool:
    """Whether somebody listens at a Unix socket: binding would take the file from them."""
    try:
        if path is None or not Path(path).is_socket():
            return False
    except PermissionError:
        return False  # listening there says the same, with the remedy
    with socket.socket(socket.AF_UNIX) as other:
        other.settimeout(_ANSWERS_IN)
        return other.connect_ex(path) == 0


def listen(address: Address) -> tuple[socket.socket, ...]:
    """Listen at an address: a name may stand for several, which then have one port.

    Raises:
        OSError: it cannot be had (:func:`why_not`).
    """
    match address:
        case Port(host, port):
            return _listen_at_port(host, port)
        case UnixSocket(path):
            return (_listen_at_path(path),)


def bound_to(sockets: Sequence[socket.socket]) -> tuple[str, int]:
    """The host and the port of the first socket; the path and 0 of a Unix socket."""
    name = sockets[0].getsockname()
    return (name, 0) if isinstance(name, str) else (str(name[0]), int(name[1]))


def _listen_at_port(host: str, port: int) -> tuple[socket.socket, ...]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    missing: OSError | None = None
    sockets: list[socket.socket] = []
    with ExitStack() as opened:
        for family, *_, name in dict.fromkeys(found):
            try:
                sock = opened.enter_context(socket.socket(family))
                if sockets and not port:
                    name = (name[0], sockets[0].getsockname()[1], *name[2:])
                _bind(sock, name)
            except OSError as error:
                if error.errno not in _NOT_HERE:
                    raise
                missing = error
            else:
                sockets.append(sock)
        if missing is not None and not sockets:
            raise missing
        opened.pop_all()
    return tuple(sockets)


def _bind(sock: socket.socket, name: tuple[object, ...]) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.bind(name)
    sock.listen(BACKLOG)


def _listen_at_path(path: str) -> socket.socket:
    if is_used(path):
        raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
    file, mode = Path(path), _MODE
    with suppress(OSError):
        if file.is_socket():
            mode = S_IMODE(file.stat().st_mode)
            file.unlink()
    sock = socket.socket(socket.AF_UNIX)
    try:
        sock.bind(path)
        file.chmod(mode)
        sock.listen(BACKLOG)
    except OSError:
        sock.close()
        raise
    return sock
