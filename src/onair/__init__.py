"""Put your Django models on air.

The public names, and nothing else. Each is resolved on first use (PEP 562), so that importing the package
imports neither models nor optional libraries.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onair.authorization.rules import authorize as authorize
    from onair.authorization.watchlist import watchlist as watchlist
    from onair.broadcasting.decorator import broadcasts as broadcasts
    from onair.broadcasting.writing import writing as writing
    from onair.live.toasts import toast as toast
    from onair.live.touching import arevoke as arevoke
    from onair.live.touching import atouch as atouch
    from onair.live.touching import revoke as revoke
    from onair.live.touching import touch as touch
    from onair.live.wrapping import live_view as live_view
    from onair.publishing.api import apublish as apublish
    from onair.publishing.api import batch as batch
    from onair.publishing.api import publish as publish
    from onair.publishing.presence import amembers as amembers
    from onair.publishing.presence import members as members
    from onair.publishing.recipients import to as to

__version__ = "0.1.0"

_HOMES = {
    "amembers": "onair.publishing.presence",
    "apublish": "onair.publishing.api",
    "arevoke": "onair.live.touching",
    "atouch": "onair.live.touching",
    "authorize": "onair.authorization.rules",
    "batch": "onair.publishing.api",
    "broadcasts": "onair.broadcasting.decorator",
    "live_view": "onair.live.wrapping",
    "members": "onair.publishing.presence",
    "publish": "onair.publishing.api",
    "revoke": "onair.live.touching",
    "to": "onair.publishing.recipients",
    "toast": "onair.live.toasts",
    "touch": "onair.live.touching",
    "watchlist": "onair.authorization.watchlist",
    "writing": "onair.broadcasting.writing",
}

__all__ = [
    "__version__",
    "amembers",
    "apublish",
    "arevoke",
    "atouch",
    "authorize",
    "batch",
    "broadcasts",
    "live_view",
    "members",
    "publish",
    "revoke",
    "to",
    "toast",
    "touch",
    "watchlist",
    "writing",
]


def __getattr__(name: str) -> Any:
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    value = globals()[name] = getattr(import_module(home), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
