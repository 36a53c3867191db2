"""The proxy of a template's model instances, found on first use: apps are loaded before models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onair.live import RTModelProxy as RTModelProxy

__all__ = ["RTModelProxy"]


def __getattr__(name: str) -> Any:
    if name != "RTModelProxy":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from onair.live import RTModelProxy

    return RTModelProxy
