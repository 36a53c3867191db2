"""What PostgreSQL's errors mean for us, and what to do about them."""

from __future__ import annotations

from onair.engines.base import EngineDown, EngineRefused
from onair.engines.connecting import Trouble
from onair.engines.postgres_schema import VERSION

MIGRATE = 'add "onair.outbox" to INSTALLED_APPS and run "manage.py migrate"'

_NO_SCHEMA = f"the database has no tables of the engine: {MIGRATE}"

#: By SQLSTATE, or by its class: whether it stays until somebody does something, and what that is.
_REMEDIES: dict[str, tuple[type[EngineDown] | type[EngineRefused], str]] = {
    "42P01": (EngineRefused, _NO_SCHEMA),
    "42883": (EngineRefused, _NO_SCHEMA),
    "3F000": (EngineRefused, _NO_SCHEMA),
    "42501": (
        EngineRefused,
        "its role may not use the engine's tables: let it own them, or grant it ALL",
    ),
    "3D000": (EngineRefused, "there is no such database: correct its name in the URL"),
    "28": (EngineRefused, "it does not let this role in: correct the user or the password in the URL"),
    "25006": (EngineDown, "this is a standby, or read-only: name the primary in the URL"),
    "0A000": (EngineDown, "this is a standby: name the primary in the URL"),
    "25000": (
        EngineRefused,
        'its connections are not READ COMMITTED: set "default_transaction_isolation"',
    ),
    "53300": (EngineDown, 'it has no place for another connection: raise "max_connections"'),
}


class Refusal(Exception):
    """PostgreSQL has answered with an error.

    Args:
        state: Its SQLSTATE.
        text: What it says.
    """

    def __init__(self, state: str, text: str) -> None:
        super().__init__(text)
        self.state = state


class Late(Exception):
    """PostgreSQL does not answer in time."""

    def __init__(self) -> None:
        super().__init__("it does not answer in time")


def trouble_of(error: Exception, where: object) -> Trouble:
    """Return what an error is for those who use the engine.

    Args:
        error: A :class:`Refusal`, or what psycopg raises.
        where: The address, for the message.
    """
    if isinstance(error, EngineDown | EngineRefused):
        return error
    state = getattr(error, "state", None) or getattr(error, "sqlstate", None) or ""
    text = " ".join(str(error).split()) or type(error).__name__
    kind, remedy = _REMEDIES.get(state) or _REMEDIES.get(state[:2]) or (EngineDown, "it cannot be used")
    return kind(f"PostgreSQL at {where}: {remedy} ({text})")


def check_version(found: int) -> None:
    """Raise EngineRefused unless the schema is the one that this code speaks with."""
    if found != VERSION:
        raise EngineRefused(
            f"the engine's tables in the database are of version {found}, and this is {VERSION}: "
            + ('run "manage.py migrate"' if found < VERSION else "restart this process with the newer code")
        )
