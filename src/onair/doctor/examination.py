"""What the hops share: what was asked for, and what those before have found."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from secrets import token_hex
from types import TracebackType

from onair import conf
from onair.doctor.address import Address
from onair.doctor.browser import Browser
from onair.doctor.outcome import Failed
from onair.exceptions import ConfigurationError

#: What the names of all channels begin with that the doctor uses, behind the prefix of their kind.
PREFIX = "onair-doctor-"


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for.

    Args:
        url: The site as browsers see it, ``https://www.example.com``; None leaves its network out.
        origin: The origin of the pages, where it is another than that of ``url``.
        timeout: The seconds that one answer may take.
        workers: How many server processes there should be; None knows no number.
        clock: The seconds since the epoch, as this machine has them.
    """

    url: str | None = None
    origin: str | None = None
    timeout: float = 5.0
    workers: int | None = None
    clock: Callable[[], float] = time.time


@dataclass(slots=True)
class Examination:
    """One examination. It holds sockets until it is closed."""

    options: Options
    #: Where the HTTP API is, once a hop has found it.
    base_url: str | None = None
    #: Where a process listens that holds sockets, as this machine sees it.
    sockets_url: str | None = None
    #: How many processes are known to serve.
    nodes: int = 1
    #: Where browsers open their sockets.
    address: Address | None = None
    #: The first socket, once the server has accepted it.
    browser: Browser | None = None
    #: The authorisation that the site gave the first socket, and the channel that it is for.
    authorized: tuple[str, str] | None = None
    #: What tells this examination's channels from all others.
    token: str = field(default_factory=lambda: token_hex(8))
    _open: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Examination:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._open.close()

    @property
    def target(self) -> conf.Target:
        """Where the site's events go."""
        try:
            return conf.target()
        except ConfigurationError as error:
            raise Failed(str(error), "Correct the setting.") from error

    def channel(self, kind: str = "private", name: str = "") -> str:
        """Return the name of a channel that nobody else uses."""
        return f"{kind}-{PREFIX}{name and name + '-'}{self.token}"

    def keep(self, browser: Browser) -> Browser:
        """Close a browser's socket with the examination."""
        self._open.callback(browser.close)
        return browser
