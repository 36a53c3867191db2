"""Where a server listens: a port of this machine, or a Unix socket."""

from __future__ import annotations

import re
from dataclasses import dataclass

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 6001
DEFAULT = f"{DEFAULT_HOST}:{DEFAULT_PORT}"

_UNIX = "unix:"
_PORT = re.compile(r"(?:(?P<host>\[[0-9a-fA-F:.]+\]|[^:\[\]]*):)?(?P<port>\d{1,5})")
_LAST_PORT = 65_535


class BadAddress(ValueError):
    """A text that says nowhere to listen."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is no address: give HOST:PORT, like {DEFAULT} or [::1]:{DEFAULT_PORT}, or unix:/path"
        )


@dataclass(frozen=True, slots=True)
class Port:
    """A host and a port; port 0 takes a free one."""

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def url(self, scheme: str, path: str) -> str:
        """The URL of a path here."""
        return f"{scheme}://{self}{path}"

    def bound(self, host: str, port: int) -> Port:
        """The same, with what was really bound."""
        return Port(host, port)


@dataclass(frozen=True, slots=True)
class UnixSocket:
    """A file that processes of this machine connect to, such as a proxy."""

    path: str

    def __str__(self) -> str:
        return f"{_UNIX}{self.path}"

    def url(self, scheme: str, path: str) -> str:
        """A path here, as nginx writes it."""
        return f"{scheme}://{self}:{path}"

    def bound(self, host: str, port: int) -> UnixSocket:
        """The same: what is bound is what was asked for."""
        return self


Address = Port | UnixSocket


def read_address(text: str) -> Address:
    """Read ``HOST:PORT``, ``[::1]:PORT``, a port alone, or ``unix:/path``.

    Raises:
        BadAddress: it is none of these.
    """
    if text.startswith(_UNIX) and len(text) > len(_UNIX):
        return UnixSocket(text.removeprefix(_UNIX))
    match = _PORT.fullmatch(text)
    if match is None or int(match["port"]) > _LAST_PORT:
        raise BadAddress(text)
    return Port((match["host"] or "").strip("[]") or DEFAULT_HOST, int(match["port"]))
