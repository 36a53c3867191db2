"""What one query has read: for who shows its rows whole, and for who reports each column that is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from onair.live.matching.reads import Reading


class Reads:
    """What one execution has read.

    Args:
        readings: what was read, its instances shown with all that was loaded of them.
        reported: what decides how the rows look, beside the columns of instances, where that is less; by the
            position of the reading.
    """

    __slots__ = ("_reported", "readings")

    def __init__(
        self, readings: Iterable[Reading], reported: dict[int, frozenset[str]] | None = None
    ) -> None:
        self.readings = tuple(readings)
        self._reported = reported or {}

    def without_instances(self) -> tuple[Reading, ...]:
        """Return what was read for one who reports each column of an instance that is shown."""
        return tuple(
            replace(reading, shown=self._reported[position]) if position in self._reported else reading
            for position, reading in enumerate(self.readings)
        )
