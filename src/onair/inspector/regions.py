"""The live regions that this process follows, with what each has read, and what it costs."""

from __future__ import annotations

from heapq import nlargest
from typing import NamedTuple

from onair.inspector.record import MOST_SHOWN, ReadingView, RegionView
from onair.live.explaining import words
from onair.live.matching.reads import ReadSet
from onair.live.rendering import process
from onair.live.rendering.region import LiveRegion
from onair.live.templating.page import WHOLE_PAGE

#: Rows of one table that are named.
MOST_KEYS = 12


class Regions(NamedTuple):
    """How many regions are followed here, and those with the most viewers."""

    total: int
    views: tuple[RegionView, ...]


def read(own_topic: str) -> Regions:
    """Return the regions. From any thread.

    Args:
        own_topic: what the inspector's regions follow. They are left out: a page that follows itself would
            never rest.
    """
    engine = process.find()
    if engine is None:
        return Regions(0, ())
    regions = [region for region in engine.regions() if own_topic not in _topics(region)]
    most = nlargest(MOST_SHOWN, regions, key=lambda region: len(region.subscribers))
    return Regions(len(regions), tuple(map(_view, most)))


def _topics(region: LiveRegion) -> frozenset[str]:
    return frozenset() if region.rendering is None else region.rendering.reads.read_set.topics


def _view(region: LiveRegion) -> RegionView:
    rendering = region.rendering
    reads = None if rendering is None else rendering.reads
    tree = region.tree
    is_whole = region.id == WHOLE_PAGE
    return RegionView(
        channel=region.channel,
        address=str(region.address),
        id=region.id,
        place="" if is_whole or reads is None else reads.place,
        audience=None if reads is None else words.of_audience(reads.audience),
        viewers=sum(1 for one in tuple(region.subscribers.values()) if one.has_joined),
        renderings=region.renderings,
        seconds=region.seconds,
        size=None if tree is None else len(tree.html.encode(errors="surrogatepass")),
        failures=region.failures,
        readings=() if reads is None else tuple(_readings(reads.read_set)),
        topics=() if reads is None else tuple(sorted(reads.read_set.topics)),
    )


def _readings(read_set: ReadSet) -> list[ReadingView]:
    queries = [
        ReadingView(
            words.table_of(reading.model, reading.using),
            words.of_rows(reading.terms),
            words.of_columns(_both(reading.membership, reading.shown)),
            reading.why,
        )
        for reading in read_set.readings
        if reading.terms
    ]
    return list(dict.fromkeys([*queries, *_rows(read_set)]))


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    return None if one is None or other is None else one | other


def _rows(read_set: ReadSet) -> list[ReadingView]:
    found: dict[tuple[str, frozenset[str] | None], list[object]] = {}
    for (using, model, key), columns in read_set.instances.items():
        found.setdefault((words.table_of(model, using), columns), []).append(key)
    return [
        ReadingView(
            table, f"pk in ({words.enumerated(words.in_order(keys), MOST_KEYS)})", words.of_columns(columns)
        )
        for (table, columns), keys in found.items()
    ]
