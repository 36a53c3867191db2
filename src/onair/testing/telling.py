"""What a failed test says of a live page: what it has read, and what was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from onair.live.explaining import words
from onair.live.matching.reads import ReadSet
from onair.live.rendering.result import PageRendering, RegionRendering
from onair.live.templating.page import WHOLE_PAGE
from onair.live.visiting import Visit
from onair.testing.writes import Writes


@dataclass(frozen=True, slots=True)
class Told:
    """What a message says of a change to a page.

    Args:
        page: as it was before.
        matched: the ids of the regions that what was written concerns.
    """

    visit: Visit
    page: PageRendering
    writes: Writes
    matched: frozenset[str]

    def __str__(self) -> str:
        lines = [f"{self.page.address} has read for {self.visit.visitor}:"]
        for region in self.page.regions.values():
            again = "rendered again" if region.id in self.matched else "not rendered again"
            lines.append(f"  region {region.id} ({place_of(region)}), {again}:")
            lines += [f"    {line}" for line in _read_lines(region.reads.read_set)]
        if not self.page.regions:
            lines.append("  nothing, since it has no region")
        lines.append(f"Written: {'' if self._written() else 'nothing that was captured'}".rstrip())
        return "\n".join([*lines, *(f"  {line}" for line in self._written())])

    def _written(self) -> list[str]:
        rows = [line for commit in self.writes.commits for line in words.of_commit(commit)]
        return [*rows, *(f"touched: {topic}" for topic in sorted(self.writes.topics))]


def place_of(region: RegionRendering) -> str:
    """Return where a region is."""
    return "the whole page" if region.id == WHOLE_PAGE else region.reads.place


def _read_lines(read_set: ReadSet) -> list[str]:
    lines = [words.of_reading(reading) for reading in read_set.readings if reading.terms]
    rows: dict[str, list[Any]] = {}
    for (using, model, key), columns in read_set.instances.items():
        rows.setdefault(f"{words.table_of(model, using)} ({words.of_columns(columns)})", []).append(key)
    lines += [f"{table}: {words.enumerated(words.in_order(keys))}" for table, keys in rows.items()]
    lines += [f"topic {topic}" for topic in sorted(read_set.topics)]
    return list(dict.fromkeys(lines)) or ["nothing"]
