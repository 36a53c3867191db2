"""What Redis' errors mean for us, and what to do about them."""

from __future__ import annotations

import ssl

from onair.engines.base import EngineDown, EngineRefused
from onair.engines.connecting import Trouble

_LOGIN = "it wants a password: redis://:password@host, or redis://user:password@host"
_RIGHTS = (
    "its user may not do this: give it '~onair:* &onair:*' and the commands that the documentation lists"
)

#: What an error begins with, whether it stays until somebody does something, and what that is.
_REMEDIES: tuple[tuple[str, type[EngineDown] | type[EngineRefused], str], ...] = (
    ("NOAUTH", EngineRefused, _LOGIN),
    ("ERR Protocol error: unauthenticated", EngineRefused, _LOGIN),
    ("WRONGPASS", EngineRefused, "the user or the password in the URL is wrong"),
    ("ERR invalid password", EngineRefused, "the password in the URL is wrong"),
    ("ERR AUTH", EngineRefused, "the URL has a password, and this Redis has none: leave it out of the URL"),
    ("NOPERM", EngineRefused, _RIGHTS),
    ("ERR The user executing the script", EngineRefused, _RIGHTS),
    ("ERR ACL failure in script", EngineRefused, _RIGHTS),
    (
        "ERR DB index",
        EngineRefused,
        "it has no database of this number: see 'databases' in its configuration",
    ),
    ("ERR SELECT", EngineRefused, "it has database 0 alone: leave the number out of the URL"),
    ("ERR unknown command", EngineRefused, "Redis 6.2 or later is needed, or Valkey"),
    ("OOM", EngineRefused, "its memory is full: raise 'maxmemory', or give django-onair a Redis of its own"),
    ("MISCONF", EngineRefused, "it cannot save to its disk and takes no writes: see its log"),
    ("READONLY", EngineDown, "this is a replica: name the primary in the URL, or ask Sentinel"),
    ("MASTERDOWN", EngineDown, "this is a replica that has lost its primary"),
    ("LOADING", EngineDown, "it starts, and reads its data"),
    ("BUSY", EngineDown, "a script of somebody else holds it up"),
    ("NOSCRIPT", EngineDown, "somebody has flushed its scripts"),
    ("ERR max number of clients", EngineDown, "it has no place for another connection: raise 'maxclients'"),
)


def trouble_of(error: Exception, where: object) -> Trouble:
    """Return what an error of Redis, or of the way to it, is for those who use the engine.

    Args:
        error: A reply, or what was raised by a socket.
        where: The address, for the message.
    """
    if isinstance(error, EngineDown | EngineRefused):
        return error
    text = str(error) or type(error).__name__
    for beginning, kind, remedy in _REMEDIES:
        if text.startswith(beginning):
            return kind(f"Redis at {where}: {remedy} ({text})")
    return EngineDown(f"Redis at {where} cannot be used: {_reason(error, text)}")


def _reason(error: Exception, text: str) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({text}): see ssl_ca_certs and ssl_check_hostname in the URL"
    if isinstance(error, ssl.SSLError) or "handshake" in text:
        return f"TLS fails ({text}): is it 'redis://' there, without TLS?"
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    if isinstance(error, ConnectionRefusedError | FileNotFoundError):
        return f"nothing listens there ({text}): start it, or correct the URL"
    return text
