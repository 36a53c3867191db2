"""What a live page follows, and what a change of it costs: found out by rendering it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from onair.live.explaining import words
from onair.live.explaining.cost import Clock, Cost, counted_queries, measure
from onair.live.markup import Block
from onair.live.matching.placing import place
from onair.live.matching.reads import Reading, ReadSet, Term
from onair.live.rendering.result import PageRendering, RegionRendering
from onair.live.templating.page import WHOLE_PAGE, Options
from onair.live.visiting import Visit


@dataclass(frozen=True, slots=True)
class Conjunction:
    """What has to hold of a row together.

    Args:
        equal: columns with the constant that each equals.
        rest: the other conditions.
    """

    equal: dict[str, Any]
    rest: list[str]


@dataclass(frozen=True, slots=True)
class Query:
    """One table in one query.

    Args:
        terms: of which one has to hold; one that is empty holds for any row.
        rows: the same in words.
        found_by: the columns by whose values a change finds the region in the index; where it has none, each
            change of the table is looked at.
        then_asked: what is asked of a row that is found so.
        decided_by: the columns that decide which rows are in the result, None for any.
        shown: the columns that decide how these look, None for any.
        keys: the primary keys of the rows in the result, None where any row that fits counts.
        not_understood: what was left out, so that more changes concern the region than need to.
    """

    database: str
    table: str
    model: str
    terms: list[Conjunction]
    rows: str
    found_by: list[str]
    then_asked: list[str]
    decided_by: list[str] | None
    shown: list[str] | None
    keys: list[str] | None
    not_understood: str | None


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of which a template has shown columns, None for any column."""

    database: str
    table: str
    model: str
    keys: list[str]
    columns: list[str] | None


@dataclass(frozen=True, slots=True)
class Following:
    """A read set."""

    queries: list[Query]
    rows: list[Rows]
    topics: list[str]

    def __bool__(self) -> bool:
        return bool(self.queries or self.rows or self.topics)


@dataclass(frozen=True, slots=True)
class Region:
    """One region.

    Args:
        place: its tag, or that it is the whole page.
        audience: who shares a rendering.
        is_personal: whether one visitor alone does.
        because: what was read of the visitor, with the place in the code.
        options: those that its tag gives.
        html_bytes: the size of its content, as a browser gets it.
        blocks: the parts of it that are updated on their own.
    """

    id: str
    place: str
    follows: Following
    audience: str
    is_personal: bool
    because: list[str]
    options: dict[str, Any]
    html_bytes: int
    blocks: int
    cost: Cost


@dataclass(frozen=True, slots=True)
class Lost:
    """A part that is not updated on its own, but with what is around it, and why."""

    kind: str
    label: str
    why: str


@dataclass(frozen=True, slots=True)
class Report:
    """A page.

    Args:
        visitor: as whom it was rendered.
        render_seconds: of all of it, with ``queries`` queries.
        access: what decides that the visitor may see it.
        not_placed: what has no place of its own in the HTML.
    """

    address: str
    visitor: str
    render_seconds: float
    queries: int
    access: Following
    regions: list[Region]
    not_placed: list[Lost]


def explain(visit: Visit, clock: Clock = time.perf_counter) -> Report:
    """Render a page, and return what it follows.

    Raises:
        PageNotShown: it cannot be rendered so.
    """
    visit.render()  # the first one loads templates, and finds what is cached for all later ones
    with counted_queries() as count:
        began = clock()
        page = visit.render()
        seconds = clock() - began
    return Report(
        str(page.address),
        visit.visitor,
        seconds,
        count.number,
        following(page.access),
        [_region(visit, region, clock) for region in page.regions.values()],
        _lost(page),
    )


def _region(visit: Visit, region: RegionRendering, clock: Clock) -> Region:
    reads = region.reads
    is_whole = region.id == WHOLE_PAGE
    return Region(
        region.id,
        "the whole page" if is_whole else reads.place,
        following(reads.read_set),
        words.of_audience(reads.audience),
        reads.audience.is_personal,
        list(dict.fromkeys(map(words.of_touch, reads.audience.why))),
        _given(reads.options),
        len(region.tree.html.encode(errors="surrogatepass")),
        _count(region.tree),
        measure(visit, region.id, reads.read_set, clock),
    )


def _given(options: Options) -> dict[str, Any]:
    given = {field.name: getattr(options, field.name) for field in fields(options)}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in given.items()
        if value != getattr(Options(), name)
    }


def _count(block: Block) -> int:
    return sum(1 + (_count(child) if isinstance(child, Block) else 0) for child in block.children)


def _lost(page: PageRendering) -> list[Lost]:
    return [Lost(one.kind.name.lower(), one.label, one.why) for one in page.document.lost]


def following(read_set: ReadSet) -> Following:
    """Return what a read set follows."""
    readings = [_query(reading) for reading in read_set.readings if reading.terms]
    return Following(readings, list(_rows(read_set)), sorted(read_set.topics))


def _query(reading: Reading) -> Query:
    places = [place(term) for term in reading.terms]
    columns = {column for one in places for column, _ in (*one.scheme, *([one.column] if one.column else ()))}
    return Query(
        reading.using,
        reading.model._meta.db_table,
        reading.model._meta.label,
        [_conjunction(term) for term in reading.terms],
        words.of_rows(reading.terms),
        sorted(columns),
        list(dict.fromkeys(words.of_condition(condition) for one in places for condition in one.rest)),
        _names(reading.membership),
        _names(reading.shown),
        None if reading.keys is None else [str(key) for key in words.in_order(reading.keys)],
        reading.why,
    )


def _conjunction(term: Term) -> Conjunction:
    equal = {column: _plain(value) for column, value in term.equal}
    return Conjunction(equal, [words.of_condition(condition) for condition in term.rest])


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | float | str) else str(value)


def _rows(read_set: ReadSet) -> Iterable[Rows]:
    found: dict[tuple[str, Any, frozenset[str] | None], list[Any]] = {}
    for (using, model, key), columns in read_set.instances.items():
        found.setdefault((using, model, columns), []).append(key)
    for (using, model, columns), keys in found.items():
        told = [str(key) for key in words.in_order(keys)]
        yield Rows(using, model._meta.db_table, model._meta.label, told, _names(columns))


def _names(columns: frozenset[str] | None) -> list[str] | None:
    return None if columns is None else sorted(columns)
