"""Live pages: what a page shows follows the database.

The public names, each resolved on first use (PEP 562): a site whose pages are not live loads none of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onair.live.events.responses import RTResponse as RTResponse

_HOMES = {
    "RTResponse": "onair.live.events.responses",
}

__all__ = ["RTResponse"]


def __getattr__(name: str) -> Any:
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    value = globals()[name] = getattr(import_module(home), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
