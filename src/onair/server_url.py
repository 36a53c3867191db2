"""``ONAIR["URL"]``: which server takes this site's events, as one address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

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


def read(value: str) -> ServerUrl:
    """Read an address.

    Raises:
        ConfigurationError: it cannot be understood. The message does not show its secret.
    """
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


def _error(value: str, problem: str) -> ConfigurationError:
    return ConfigurationError(
        f'{_without_credential(value)!r} in ONAIR["URL"] or ONAIR_URL {problem}. It is one of: unset (the '
        "server inside this site), http://key:secret@host:port/apps/1 (a server elsewhere), "
        "pusher://key:secret@cluster/app_id (hosted Pusher)."
    )


def _without_credential(value: str) -> str:
    """Return what of a URL can be shown, however wrong it is: its scheme, and what follows its last ``@``."""
    scheme, slashes, _ = value.partition("://")
    _, at, address = value.rpartition("@")
    return f"{scheme if slashes else ''}{slashes}…{at}{address if at else ''}"
