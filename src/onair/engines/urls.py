"""Which engine a URL names, and how to open it. The libraries of each are imported when it is opened."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, NamedTuple

from onair.engines.base import Bounds, Client, Engine, EngineRefused


class _Module(NamedTuple):
    """Where an engine is, and the extra that brings what it needs."""

    name: str
    extra: str
    has_tables: bool = False


_REDIS = _Module("onair.engines.redis", "redis")
_POSTGRES = _Module("onair.engines.postgres", "postgres", has_tables=True)

_MODULES = {
    "redis": _REDIS,
    "rediss": _REDIS,
    "redis+unix": _REDIS,
    "redis+sentinel": _REDIS,
    "rediss+sentinel": _REDIS,
    "postgres": _POSTGRES,
    "postgresql": _POSTGRES,
}

SCHEMES = frozenset(_MODULES)


@dataclass(frozen=True, slots=True, repr=False)
class EngineUrl:
    """An engine, as it is configured. Its password is not in its representation.

    ``redis://[user:password@]host[:port][/db]``, ``rediss://`` with TLS, ``redis+unix:///path``,
    ``redis+sentinel://host:port,host:port/service[/db]``, ``postgres://user:password@host/database``; and
    ``postgres:alias``, a database of the site by its name in ``DATABASES``.

    Args:
        url: As above.
        makes_tables: Whether the engine makes the tables that it needs, where no site's migrations do.
    """

    url: str
    makes_tables: bool = False

    def __repr__(self) -> str:
        return f"EngineUrl({self.shown!r})"

    @property
    def scheme(self) -> str:
        return self.url.partition(":")[0]

    @property
    def shown(self) -> str:
        """The URL as it may be shown: without what stands before the ``@``, and without its query."""
        scheme, slashes, rest = self.url.partition("://")
        if not slashes:
            return self.url
        address, _, query = rest.partition("?")
        _, at, host = address.rpartition("@")
        # An @ in the query alone: what is before it may be half a password.
        return f"{scheme}://…" if "@" in query and not at else f"{scheme}://{host}"

    def open(self, app_id: str, bounds: Bounds) -> Engine:
        """Make the engine for an app; nothing is connected yet.

        Raises:
            EngineRefused: a library is missing, or the URL is wrong.
        """
        makes = {"makes_tables": True} if self.makes_tables and _MODULES[self.scheme].has_tables else {}
        engine: Engine = self._module().open_engine(self.url, app_id, bounds, **makes)
        return engine

    def connect(self, app_id: str, bounds: Bounds) -> Client:
        """Make a client for an app; nothing is connected yet.

        Raises:
            EngineRefused: a library is missing, or the URL is wrong.
        """
        client: Client = self._module().open_client(self.url, app_id, bounds)
        return client

    @property
    def install(self) -> str:
        """What installs the libraries that the engine needs."""
        return f'pip install "django-onair[{_MODULES[self.scheme].extra}]"'

    def missing(self) -> str | None:
        """Return the library that the engine needs and that is not installed, None if all are."""
        try:
            import_module(_MODULES[self.scheme].name)
        except ImportError as error:
            return error.name or str(error)
        return None

    def _module(self) -> Any:
        missing = self.missing()
        if missing is not None:
            raise EngineRefused(
                f"{self.shown} needs a library that is not installed ({missing}): {self.install}"
            )
        return import_module(_MODULES[self.scheme].name)


def is_engine(url: str) -> bool:
    """Whether a URL names an engine, rather than a server."""
    return url.partition(":")[0].lower() in SCHEMES
