"""``ONAIR["URL"]``: which server takes this site's events, or through what its servers share them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from onair.engines.urls import EngineUrl, is_engine
from onair.exceptions import ConfigurationError
from onair.protocol.app import Credential


@dataclass(frozen=True, slots=True)
class ServerUrl:
    """What an address says: an app, and where it is served.

    ``base_url`` is what comes before ``/apps/…``; hosted Pusher has a ``cluster`` in its place.
    """

    app_id: str
    credential: Credential
    base_url: str | None = None
    cluster: str | None = None


def read(value: str) -> ServerUrl | EngineUrl:
    """Read an address.

    Raises:
        ConfigurationError: it cannot be understood. The message does not show its secret.
    """
    if is_engine(value):
        return _read_engine(value)
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 (reading it is what validates it)
    except ValueError:
        raise _error(value, "is not a URL, its host or its port cannot be read") from None
    if parts.scheme not in _SCHEMES:
        raise _error(value, f"has the unknown scheme {parts.scheme!r}")
    if not parts.hostname:
        raise _error(value, "names no host")
    if not parts.username or not parts.password:
        raise _error(value, "names no key and secret (key:secret@…)")
    credential = Credential(key=unquote(parts.username), secret=unquote(parts.password))
    url = _SCHEMES[parts.scheme](parts, credential)
    if not url.app_id:
        raise _error(value, "names no app id")
    return url


def _read_remote(parts: SplitResult, credential: Credential) -> ServerUrl:
    prefix, apps, app_id = parts.path.rstrip("/").rpartition("/apps/")
    host = parts.netloc.rpartition("@")[2]
    return ServerUrl(
        app_id=unquote(app_id) if apps and "/" not in app_id else "",
        credential=credential,
        base_url=f"{parts.scheme}://{host}{prefix}",
    )


def _read_hosted(parts: SplitResult, credential: Credential) -> ServerUrl:
    return ServerUrl(unquote(parts.path.strip("/")), credential, cluster=parts.hostname)


_SCHEMES: dict[str, Callable[[SplitResult, Credential], ServerUrl]] = {
    "http": _read_remote,
    "https": _read_remote,
    "pusher": _read_hosted,
}


def _read_engine(value: str) -> EngineUrl:
    """Read what names an engine, as far as that needs nobody's library: it says the rest."""
    scheme, _, rest = value.partition(":")
    scheme = scheme.lower()
    try:
        parts = urlsplit(value)
    except ValueError:
        raise _error(value, "is not a URL, its host or its port cannot be read") from None
    if not rest.startswith("//"):
        if scheme not in _OF_POSTGRES or not rest:
            raise _error(value, f"has no // after {scheme}:")
        _check_alias(value, rest)
        return EngineUrl(f"{scheme}:{rest}")
    problem = _ENGINE_PROBLEMS[scheme](parts)
    if problem is not None:
        raise _error(value, problem)
    return EngineUrl(f"{scheme}:{rest}")


def _problem_of_redis(parts: SplitResult) -> str | None:
    if not _has_hosts([parts.netloc.rpartition("@")[2]]):
        return _NO_HOST
    return _problem_of_number(parts.path.strip("/"))


def _problem_of_socket(parts: SplitResult) -> str | None:
    return None if parts.path.strip("/") else "names no socket (redis+unix:///path)"


def _problem_of_sentinel(parts: SplitResult) -> str | None:
    if not _has_hosts(parts.netloc.rpartition("@")[2].split(",")):
        return _NO_HOST
    service, _, database = parts.path.strip("/").partition("/")
    if not service:
        return "names no service that the sentinels watch (redis+sentinel://host:port,host:port/service)"
    return _problem_of_number(database)


def _problem_of_number(database: str) -> str | None:
    # What is there is not shown: it may be the end of a password with a slash in it.
    return None if not database or database.isdecimal() else "has no number where Redis numbers its databases"


def _problem_of_postgres(parts: SplitResult) -> str | None:
    if _STRAY_PERCENT.search(parts.geturl()):
        return "has a % before something else than two hexadecimal digits: write %25"
    # PostgreSQL's own library takes its host from elsewhere, and any of it from the query.
    return None if parts.path.strip("/") or parts.query else "names no database"


_NO_HOST = "names no host, or its host or its port cannot be read"

_STRAY_PERCENT = re.compile("%(?![0-9a-fA-F]{2})")

_OF_POSTGRES = {"postgres", "postgresql"}

_ENGINE_PROBLEMS: dict[str, Callable[[SplitResult], str | None]] = {
    "redis": _problem_of_redis,
    "rediss": _problem_of_redis,
    "redis+unix": _problem_of_socket,
    "redis+sentinel": _problem_of_sentinel,
    "rediss+sentinel": _problem_of_sentinel,
    "postgres": _problem_of_postgres,
    "postgresql": _problem_of_postgres,
}


def _has_hosts(hosts: list[str]) -> bool:
    """Whether each of them names a host, with a port that can be one or none."""
    try:
        return all(split.hostname and split.port != 0 for split in (urlsplit(f"//{host}") for host in hosts))
    except ValueError:
        return False


def _check_alias(value: str, alias: str) -> None:
    """Check that a database of the site has this name, and is PostgreSQL. Nothing is connected."""
    from django.db import connections

    if alias not in connections:
        raise _error(value, f"names a database that DATABASES has not: it has {', '.join(connections)}")
    vendor = connections[alias].vendor
    if vendor != "postgresql":
        raise _error(value, f"names a database of {vendor}, and only PostgreSQL can carry events")


def _error(value: str, problem: str) -> ConfigurationError:
    return ConfigurationError(
        f'{_without_credential(value)!r} in ONAIR["URL"] or ONAIR_URL {problem}. It is one of: unset (the '
        "server inside one process of this site), redis://[user:password@]host:port/0, rediss://…, "
        "redis+unix:///path or redis+sentinel://host:port,host:port/service (inside any number of processes, "
        "which share Redis), postgres://user:password@host/database or postgres:alias (which share "
        "PostgreSQL), http://key:secret@host:port/apps/1 (a server elsewhere), "
        "pusher://key:secret@cluster/app_id (hosted Pusher)."
    )


def _without_credential(value: str) -> str:
    """Return what of a URL can be shown, however wrong it is: its scheme, and what follows its last ``@``.

    Its query may have a password in it.
    """
    if value.partition(":")[0].lower() in _OF_POSTGRES and "//" not in value and "@" not in value:
        return value
    value = value.partition("?")[0]
    scheme, slashes, _ = value.partition("://")
    _, at, address = value.rpartition("@")
    return f"{scheme if slashes else ''}{slashes}…{at}{address if at else ''}"
