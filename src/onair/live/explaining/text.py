"""A report as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from onair.live.explaining.report import Following, Lost, Query, Region, Report, Rows
from onair.live.explaining.words import ANY_COLUMN, NO_COLUMN, enumerated

#: A name in front, and what is said of it.
_Line = tuple[str, str]

_NOTHING = "nothing that is in the database"


def written(report: Report) -> str:
    """Return the report as lines."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    rendered = f"rendered in {_time(report.render_seconds)} with {_many(report.queries, 'query', 'queries')}"
    yield f"{report.address} for {report.visitor}: {_many(len(report.regions), 'region')}, {rendered}"
    yield ""
    yield "Access: what decides that the page is shown"
    yield from _aligned(list(_following(report.access)) or [("", _NOTHING)])
    for region in report.regions:
        yield ""
        yield f"Region {region.id}: {region.place}"
        yield from _aligned(list(_region(region)))
    if report.not_placed:
        yield ""
        yield "Updated with what is around them, since they have no place of their own in the HTML"
        yield from _aligned([_lost(lost) for lost in report.not_placed])
    if not report.regions:
        yield ""
        yield "Nothing of the page is live: put {% live %} around what is to follow, or use an RTView."


def _region(region: Region) -> Iterator[_Line]:
    if region.follows:
        yield from _following(region.follows)
    else:
        yield "follows", _NOTHING
    yield "audience", region.audience
    for number, because in enumerate(region.because):
        yield ("because of" if not number else ""), because
    if region.options:
        yield "options", ", ".join(f"{name} {_option(value)}" for name, value in region.options.items())
    yield "HTML", f"{region.html_bytes:,} bytes in {_many(region.blocks, 'block')}"
    cost = region.cost
    rendered = f"{_time(cost.render_seconds)} with {_many(cost.queries, 'query', 'queries')}"
    yield "a change", f"is matched in {_time(cost.match_seconds)}, and rendered for all of them in {rendered}"


def _following(following: Following) -> Iterator[_Line]:
    for query in following.queries:
        yield from _query(query)
    for rows in following.rows:
        yield from _rows(rows)
    if following.topics:
        yield "topics", ", ".join(following.topics)


def _query(query: Query) -> Iterator[_Line]:
    yield "follows", f"{_table(query)} where {query.rows}"
    if query.found_by:
        yield "  found by", ", ".join(query.found_by)
    if query.then_asked:
        yield "  then asked", enumerated(query.then_asked)
    yield "  in or out by", _columns(query.decided_by)
    yield "  shows", _columns(query.shown)
    if query.keys is not None:
        yield "  rows", enumerated(query.keys) or "none now"
    if query.not_understood:
        yield "  widened by", query.not_understood


def _rows(rows: Rows) -> Iterator[_Line]:
    yield "displays", f"{_table(rows)} {enumerated(rows.keys)}: {_columns(rows.columns)}"


def _lost(lost: Lost) -> _Line:
    return f"{lost.kind} {lost.label}".strip(), lost.why


def _aligned(lines: list[_Line]) -> Iterator[str]:
    width = max(len(name) for name, _ in lines)
    for name, text in lines:
        yield f"  {name:<{width}}  {text}".rstrip() if width else f"  {text}"


def _table(table: Query | Rows) -> str:
    return table.table if table.database == "default" else f"{table.database}.{table.table}"


def _columns(columns: list[str] | None) -> str:
    return ANY_COLUMN if columns is None else ", ".join(columns) or NO_COLUMN


def _option(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value)


def _many(number: int, one: str, several: str = "") -> str:
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms" if seconds >= 1e-4 else f"{seconds * 1e6:.1f} µs"
