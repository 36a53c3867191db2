"""Readings and commits about three columns, of few values each."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from onair.changes.change import Commit, Kind, RowChange
from onair.live.matching.reads import ANY_ROW, Condition, Reading, ReadSet, Term
from tests.site.library.models import Author, Book

MODELS = st.sampled_from([Book, Author])
ALIASES = st.sampled_from(["default", "other"])
KEYS = st.integers(1, 4)

#: Constants by column, as their fields load them: so that each column has one kind.
CONSTANTS: dict[str, st.SearchStrategy[Any]] = {
    "room_id": st.integers(1, 4),
    "name": st.sampled_from(["a", "b", "B"]),
    "price": st.decimals(-3, 3, places=1),
    "moment": st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 2), timezones=st.sampled_from([UTC])),
    "day": st.dates(date(2026, 1, 1), date(2026, 1, 5)),
    "token": st.sampled_from([UUID(int=1), UUID(int=2)]),
}
ORDERED = ["room_id", "price", "moment", "day"]
COLUMNS = st.sampled_from(sorted(CONSTANTS))
SETS = st.none() | st.frozensets(COLUMNS, max_size=3)

#: What may be written, of whatever type.
WRITTEN = st.one_of(
    *CONSTANTS.values(),
    st.sampled_from([None, "1", True, 1.0, float("nan"), Decimal("Infinity"), timedelta(1), [1], object()]),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 2)),
)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    op = draw(st.sampled_from(["exact", "in", "isnull", "gt", "gte", "lt", "lte", "range"]))
    column = draw(st.sampled_from(ORDERED) if op in {"gt", "gte", "lt", "lte", "range"} else COLUMNS)
    constants = CONSTANTS[column]
    value = {
        "in": st.frozensets(constants, max_size=3),
        "isnull": st.booleans(),
        "range": st.tuples(constants, constants),
    }.get(op, constants)
    return Condition(column, op, draw(value), draw(st.booleans()))


@st.composite
def terms(draw: st.DrawFn) -> Term:
    columns = draw(st.sets(COLUMNS, max_size=2))
    rest = draw(st.lists(conditions(), max_size=2))
    return Term.of({column: draw(CONSTANTS[column]) for column in columns}, *rest)


READINGS = st.builds(
    Reading,
    ALIASES,
    MODELS,
    st.just(ANY_ROW) | st.lists(terms(), max_size=3).map(tuple),
    SETS,
    SETS,
    st.none() | st.frozensets(KEYS, max_size=3),
)
READ_SETS = st.builds(
    ReadSet,
    st.lists(READINGS, max_size=3).map(tuple),
    st.dictionaries(st.tuples(ALIASES, MODELS, KEYS), SETS, max_size=2),
    st.frozensets(st.sampled_from(["weather", "news"])),
)


@st.composite
def row_changes(draw: st.DrawFn) -> RowChange:
    values = draw(
        st.fixed_dictionaries(
            {}, optional={name: constants | WRITTEN for name, constants in CONSTANTS.items()}
        )
    )
    return RowChange(draw(MODELS), draw(st.sampled_from(Kind)), draw(st.none() | KEYS), draw(SETS), values)


COMMITS = st.builds(
    Commit, ALIASES, st.lists(row_changes(), max_size=4), st.sets(MODELS, max_size=1) | st.just(set())
)
