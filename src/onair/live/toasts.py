"""Short messages for users, wherever they are on the site."""

from __future__ import annotations

from typing import Any

from onair.live.events.responses import checked_level
from onair.publishing.recipients import to

#: The event that ``onair.js`` shows on pages with ``{% onair_toasts %}``.
EVENT = "onair:toast"


def toast(users: Any, text: Any, level: str = "info") -> None:
    """Show users a short message, on every page of theirs that has ``{% onair_toasts %}``.

    It leaves after the commit, as what :func:`onair.publish` sends. Who has no such page open never sees it.

    Args:
        users: a user, a user's primary key, or an iterable of either.
        text: text, never HTML.
        level: ``"info"``, ``"success"``, ``"warning"`` or ``"error"``.

    Raises:
        BadEvent: one of the users is nobody.
        ConfigurationError: the settings do not say where events go.
        ValueError: there is no such level.
    """
    to(users).publish(EVENT, {"text": str(text), "level": checked_level(level)})
