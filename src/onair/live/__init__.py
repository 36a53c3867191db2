"""Live pages: what a page shows follows the database.

The public names, each resolved on first use (PEP 562): a site whose pages are not live loads none of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onair.live.events.responses import RTResponse as RTResponse
    from onair.live.templating.audience import AudienceError as AudienceError
    from onair.live.templating.context import RTContext as RTContext
    from onair.live.templating.proxies import RTModelProxy as RTModelProxy
    from onair.live.views import RTDetailView as RTDetailView
    from onair.live.views import RTListView as RTListView
    from onair.live.views import RTMixin as RTMixin
    from onair.live.views import RTView as RTView
    from onair.live.wrapping import live_view as live_view

_HOMES = {
    "AudienceError": "onair.live.templating.audience",
    "RTContext": "onair.live.templating.context",
    "RTDetailView": "onair.live.views",
    "RTListView": "onair.live.views",
    "RTMixin": "onair.live.views",
    "RTModelProxy": "onair.live.templating.proxies",
    "RTResponse": "onair.live.events.responses",
    "RTView": "onair.live.views",
    "live_view": "onair.live.wrapping",
}

__all__ = [
    "AudienceError",
    "RTContext",
    "RTDetailView",
    "RTListView",
    "RTMixin",
    "RTModelProxy",
    "RTResponse",
    "RTView",
    "live_view",
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
