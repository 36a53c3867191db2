"""Where the database is: a URL, or an alias of the site's ``DATABASES``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from onair.engines.base import EngineRefused

#: What an administrator finds our connections by, in ``pg_stat_activity``.
APPLICATION = "onair engine"

#: What Django's parameters have for its own connections alone.
_DJANGOS = ("context", "cursor_factory", "prepare_threshold", "row_factory", "autocommit")


@dataclass(frozen=True, slots=True)
class Address:
    """A database.

    Args:
        params: What psycopg connects with.
    """

    params: Mapping[str, Any] = field(repr=False)

    def __str__(self) -> str:
        host = self.params.get("host") or self.params.get("hostaddr") or "this machine"
        port = self.params.get("port")
        return f"{host}{f':{port}' if port else ''}/{self.params.get('dbname', '')}"

    def connecting(self, seconds: float) -> dict[str, Any]:
        """Return what psycopg is to connect with, in so many seconds."""
        return {
            "application_name": APPLICATION,
            **self.params,
            "client_encoding": "UTF8",
            "connect_timeout": max(2, int(seconds)),
            "autocommit": True,
        }


def address_of(url: str) -> Address:
    """Read a URL of an engine.

    Raises:
        EngineRefused: It names no database.
    """
    scheme, _, rest = url.partition(":")
    if not rest.startswith("//"):
        return _of_alias(rest)
    try:
        params = conninfo_to_dict(url)
    except psycopg.Error as error:
        raise EngineRefused(
            f"The URL of the engine is wrong: {scheme}://user:password@host:5432/database ({error})"
        ) from None
    if not params.get("dbname") and not params.get("service"):
        host = urlsplit(url).hostname or ""
        raise EngineRefused(f"The URL of the engine names no database: {scheme}://{host}/database")
    return Address(params)


def _of_alias(alias: str) -> Address:
    """Read a database of the site. Nothing else here needs Django, which may not be installed."""
    try:
        connections = import_module("django.db").connections
        exceptions = import_module("django.core.exceptions")
    except ImportError:
        raise EngineRefused(
            f"postgres:{alias} is a database of a Django site, and there is no Django here: "
            "use postgres://user:password@host/database"
        ) from None
    try:
        if alias not in connections:
            raise EngineRefused(
                f"postgres:{alias} names no database of this site: use one of DATABASES, "
                f"which are {', '.join(sorted(connections))}"
            )
        connection = connections[alias]
    except exceptions.ImproperlyConfigured as error:
        raise EngineRefused(
            f"postgres:{alias} is a database of a Django site, and there is none here: "
            f"use postgres://user:password@host/database ({error})"
        ) from None
    if connection.vendor != "postgresql":
        raise EngineRefused(
            f"postgres:{alias} is a database of {connection.display_name}: name one of PostgreSQL, "
            "or use redis://"
        )
    params = dict(connection.get_connection_params())
    for name in _DJANGOS:
        params.pop(name, None)
    role = connection.settings_dict["OPTIONS"].get("assume_role")
    if role:
        params["options"] = f"{params.get('options', '')} -c role={role}".strip()
    return Address(params)
