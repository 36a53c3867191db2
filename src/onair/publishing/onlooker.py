"""Who looks on how far the events of this process come: nobody, as a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from onair.publishing.event import Outgoing

#: Told of events that come a step further: ``published``, ``committed``, ``sent`` or ``dropped``, and why.
#: Any thread calls it. It must neither raise nor wait.
Onlooker = Callable[[str, "list[Outgoing]", str], object]

_onlooker: Onlooker | None = None


def look_on(onlooker: Onlooker | None) -> None:
    """Let this look on from now on, and nobody else; None lets nobody."""
    global _onlooker
    _onlooker = onlooker


def tell(step: str, items: Iterable[object], why: str = "") -> None:
    """Tell who looks on of the events among these items."""
    if _onlooker is None:
        return
    events = [item for item in items if isinstance(item, Outgoing)]
    if events:
        _onlooker(step, events, why)
