"""What was announced, in few words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from onair.publishing.event import Event
from onair.testing import captured


class Told:
    """The events of a block, once it has ended."""

    events: list[Event]

    @property
    def names(self) -> list[str]:
        return [event.name for event in self.events]

    @property
    def only(self) -> Event:
        (event,) = self.events
        return event

    @property
    def changed(self) -> list[list[str]]:
        return [event.data["changed"] for event in self.events]

    def data(self) -> list[Any]:
        return [event.data for event in self.events]


@contextmanager
def telling() -> Iterator[Told]:
    """Collect what is announced inside."""
    told = Told()
    with captured() as events:
        yield told
    told.events = events
