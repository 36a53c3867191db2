"""Which of the published events are meant."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from onair.publishing.encoding import encode
from onair.publishing.event import Event


class Unset(Enum):
    """Stands for "whatever it is", where None is a value."""

    ANY = "anything"


ANY = Unset.ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What an event is to look like. ``data`` is all of it, ``contains`` some keys of it with their values.

    Both are compared as subscribers see them, after their way through JSON.
    """

    channel: str | None = None
    event: str | None = None
    data: Any = ANY
    contains: Any = ANY

    def matching(self, events: Sequence[Event]) -> list[Event]:
        """Return the events that look like this."""
        return [event for event in events if self._matches(event)]

    def __str__(self) -> str:
        parts = (f"{name}={value!r}" for name, value in self._given().items())
        return f"an event with {', '.join(parts)}" if self._given() else "an event"

    def _given(self) -> dict[str, Any]:
        named = {"channel": self.channel, "event": self.event}
        values = {"data": self.data, "contains": self.contains}
        return {name: value for name, value in named.items() if value is not None} | {
            name: value for name, value in values.items() if value is not ANY
        }

    def _matches(self, event: Event) -> bool:
        return (
            (self.channel is None or self.channel in event.channels)
            and (self.event is None or self.event == event.name)
            and (self.data is ANY or _as_seen(self.data) == event.data)
            and (self.contains is ANY or _is_part(_as_seen(self.contains), event.data))
        )


def shown(events: Sequence[Event]) -> str:
    """Return the events as lines for a message."""
    if not events:
        return "Nothing was published."
    lines = (f"  {event.name!r} on {', '.join(event.channels)}: {event.data!r}" for event in events)
    return "\n".join(["Published were:", *lines])


def _as_seen(value: Any) -> Any:
    return json.loads(encode(value)[0])


def _is_part(part: Any, whole: Any) -> bool:
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(name in whole and _is_part(value, whole[name]) for name, value in part.items())
    return bool(part == whole)
