"""Which app a client connects to, from the address that it asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs

from onair.protocol.app import App, Credential
from onair.protocol.errors import (
    AppDisabled,
    BadProtocolVersion,
    NoProtocol,
    NoSuchPath,
    ProtocolError,
    UnknownApp,
    UnsupportedProtocol,
)

#: The versions that differ in nothing a server sees; pusher-js speaks 7, older clients 5 and 6 (P-URL).
PROTOCOLS = ("5", "6", "7")

_PATH = re.compile(r"(?:/.*)?/app/([^/]+)/?")


class Accepted(NamedTuple):
    """The app of a connection, and the credential whose key its address names."""

    app: App
    credential: Credential


def key_of(path: str) -> str | None:
    """The app key in ``[/PREFIX]/app/KEY``, or None for another path."""
    match = _PATH.fullmatch(path)
    return None if match is None else match[1]


def accept(apps: Mapping[str, App], path: str, query: str) -> Accepted:
    """The app that ``path`` and ``query``, as they stand in the request's line, ask for (P-URL).

    ``apps`` has every valid key, a replaced one too. Raises the ProtocolError to refuse the connection with:
    send it as ``pusher:error`` and close with its code (P-ERRH).
    """
    key = key_of(path)
    if key is None:
        raise NoSuchPath(path)
    app = apps.get(key)
    credential = app.credential(key) if app is not None else None
    if app is None or credential is None:
        raise UnknownApp(key)
    if not app.enabled:
        raise AppDisabled(app.id)
    _check_version(query)
    return Accepted(app, credential)


@lru_cache(maxsize=64)  # a client's query is always the same; what raises is not kept
def _check_version(query: str) -> None:
    versions = parse_qs(query, errors="replace").get("protocol")
    if versions is None:
        raise NoProtocol
    if versions[0] not in PROTOCOLS:
        raise _bad_version(versions[0])


def _bad_version(version: str) -> ProtocolError:
    return UnsupportedProtocol(version) if version.isdecimal() else BadProtocolVersion(version)
