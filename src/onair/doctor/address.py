"""Where browsers open their sockets, and who said so."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

_PORTS = {"ws": 80, "wss": 443, "http": 80, "https": 443}
_SOCKET_SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


@dataclass(frozen=True, slots=True)
class Address:
    """An address of sockets, without ``/app/KEY``.

    ``source`` is the setting or the option to change where it is wrong.
    """

    secure: bool
    host: str
    port: int
    prefix: str
    source: str

    @classmethod
    def of(cls, url: str, source: str, *, with_path: bool = True) -> Address:
        """Read an address of sockets or of pages.

        Args:
            with_path: whether the address's path is the sockets' prefix.
        """
        parts = urlsplit(url)
        return cls(
            _SOCKET_SCHEMES[parts.scheme] == "wss",
            parts.hostname or "",
            parts.port or _PORTS[parts.scheme],
            parts.path.rstrip("/") if with_path else "",
            source,
        )

    @property
    def netloc(self) -> str:
        """Host and port, as a URL has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS["wss" if self.secure else "ws"] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """``ws://HOST[:PORT][/PREFIX]``."""
        return f"{'wss' if self.secure else 'ws'}://{self.netloc}{self.prefix}"

    @property
    def http_url(self) -> str:
        """The same for requests that open no socket, without the prefix."""
        return f"{'https' if self.secure else 'http'}://{self.netloc}"
