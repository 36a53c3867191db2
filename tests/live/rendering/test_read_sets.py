"""What a region depends on, as another process is told of it: the same, or more."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onair.changes.change import Commit, Kind, RowChange
from onair.live.matching import Index, affects
from onair.live.matching.reads import ANY_ROW, Condition, Reading, ReadSet, Term
from onair.live.rendering.read_sets import ToldReadSet, take, tell
from tests.changes.test_wire import Level, Status
from tests.live.matching.strategies import COMMITS, READ_SETS
from tests.site.library.models import Book, Seat

BERLIN = ZoneInfo("Europe/Berlin")
FIRST, SECOND = (datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=BERLIN) for fold in (0, 1))
NAN = Decimal("NaN")


def there(read_set: ReadSet) -> ReadSet:
    """The read set as another process has it."""
    content = json.loads(json.dumps(msgspec.to_builtins(tell(read_set), enc_hook=str.__str__)))
    return take(msgspec.convert(content, ToldReadSet))


@given(READ_SETS)
def test_a_read_set_comes_out_as_it_went_in(read_set: ReadSet) -> None:
    assert there(read_set) == read_set


def test_keys_and_constants_of_every_kind_come_out_as_they_went_in() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    term = Term.of(
        {"author_id": 1, "title": Status.OPEN, "token": UUID(int=1)},
        Condition("pages", "range", (1, 3)),
        Condition("moment", "in", frozenset({moment, None}), negated=True),
        Condition("editor_id", "isnull", True),
        Condition("moment", "lt", datetime(2026, 7, 1, tzinfo=BERLIN)),
    )
    some, none = frozenset({"pages"}), frozenset[str]()
    read_set = ReadSet(
        (
            Reading("default", Book, (term,), some, None, frozenset({1, "a", (1, moment)}), "it is so"),
            Reading("other", Seat, (), None, none, frozenset()),
        ),
        {("default", Seat, (1, 2)): None, ("other", Book, 1): some, ("other", Book, Level.HIGH): none},
        frozenset({"weather"}),
    )
    assert there(read_set) == read_set


#: What is not told, is compared in another way when it is, or is no constant.
ODD = st.sampled_from(
    [
        *(1.5, b"x", NAN, FIRST, SECOND, (1, 2.5), Status.OPEN, Level.HIGH),
        *(time(1), time(1, tzinfo=UTC), time(1, tzinfo=BERLIN), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ]
)


@st.composite
def odd_terms(draw: st.DrawFn, term: Term) -> Term:
    def constant(value: Any) -> Any:
        return draw(st.just(value) | ODD)

    several: dict[str, Callable[[Any], Any]] = {
        "in": lambda values: frozenset(map(constant, values)),
        "range": lambda values: tuple(map(constant, values)),
        "isnull": lambda value: value,
    }
    rest = [
        replace(condition, value=several.get(condition.op, constant)(condition.value))
        for condition in term.rest
    ]
    return Term.of({column: constant(value) for column, value in term.equal}, *rest)


@st.composite
def odd_read_sets(draw: st.DrawFn) -> ReadSet:
    read_set = draw(READ_SETS)
    readings = []
    for reading in read_set.readings:
        terms = tuple(draw(odd_terms(term)) for term in reading.terms)
        keys = None if reading.keys is None else reading.keys | draw(st.frozensets(ODD, max_size=1))
        readings.append(replace(reading, terms=terms, keys=keys))
    rows = {
        (using, model, draw(st.just(key) | ODD)): columns
        for (using, model, key), columns in read_set.instances.items()
    }
    return ReadSet(tuple(readings), rows, read_set.topics)


@st.composite
def odd_commits(draw: st.DrawFn) -> Commit:
    commit = draw(COMMITS)
    rows: list[RowChange] = []
    for row in commit.rows:
        values = {column: draw(st.just(value) | ODD) for column, value in row.values.items()}
        rows.append(replace(row, key=draw(st.just(row.key) | ODD), values=values))
    return Commit(commit.using, rows, commit.tables)


@settings(max_examples=300, deadline=None)
@given(st.lists(odd_read_sets(), min_size=1, max_size=3), st.lists(odd_commits(), min_size=1, max_size=6))
def test_what_concerns_a_read_set_concerns_it_in_every_process(
    read_sets: list[ReadSet], commits: list[Commit]
) -> None:
    here, elsewhere = Index(), Index()
    for who, read_set in enumerate(read_sets):
        here.add(who, read_set)
        elsewhere.add(who, there(read_set))
    for commit in commits:
        assert here.match(commit) <= elsewhere.match(commit)
    for topic in ("weather", "news"):
        assert here.match_topic(topic) == elsewhere.match_topic(topic)


COLUMN = frozenset({"pages"})
QUERY = Reading("default", Book, ANY_ROW, COLUMN, COLUMN)


def of(term: Term, **known: Any) -> ReadSet:
    return ReadSet((replace(QUERY, terms=(term,), **known),))


def asking(*conditions: Condition, **equal: Any) -> Reading:
    return replace(QUERY, terms=(Term.of(equal, *conditions), Term.of({"id": 1})))


@pytest.mark.parametrize(
    ("here", "elsewhere"),
    [
        (asking(pages=1, price=1.5), asking(pages=1)),
        (asking(price=1.5), asking()),
        (asking(at=time(1, tzinfo=BERLIN)), asking()),
        (asking(Condition("price", "gt", 1.5), pages=1), asking(pages=1)),
        (asking(Condition("pages", "in", frozenset({1, 1.5}))), asking()),
        (asking(Condition("pages", "in", frozenset({1, 1.5}), negated=True)), asking()),
        (asking(Condition("price", "range", (1, 1.5))), asking()),
        (replace(asking(pages=1), keys=frozenset({1, 1.5})), QUERY),
        (replace(asking(pages=1), keys=frozenset({(1, b"x")})), QUERY),
        (replace(asking(pages=1), keys=frozenset({SECOND})), QUERY),
        (replace(asking(pages=1), keys=frozenset({NAN})), QUERY),
        (replace(QUERY, terms=(), keys=frozenset({1.5})), replace(QUERY, terms=())),
    ],
)
def test_what_cannot_be_told_of_a_query_is_left_out(here: Reading, elsewhere: Reading) -> None:
    assert there(ReadSet((here,))) == ReadSet((elsewhere,))


@pytest.mark.parametrize(
    ("read_set", "change"),
    [
        (
            of(Term.of({"author_id": 1}), keys=frozenset({1.5})),
            RowChange(Book, Kind.UPDATED, 1.5, COLUMN, {"author_id": 2, "pages": 1}),
        ),
        (
            ReadSet((), {("default", Book, SECOND): COLUMN}),
            RowChange(Book, Kind.UPDATED, SECOND, COLUMN),
        ),
        (
            of(Term.of({"at": time(1, tzinfo=BERLIN)})),
            RowChange(Book, Kind.CREATED, 1, None, {"at": time(2)}),
        ),
        (
            of(Term.of({}, Condition("at", "in", frozenset({time(1, tzinfo=BERLIN), time(2)})))),
            RowChange(Book, Kind.CREATED, 1, None, {"at": time(3)}),
        ),
    ],
    ids=["a row in the result that does not fit", "a key by its clock", "a time of a zone", "one of several"],
)
def test_a_change_that_concerns_what_cannot_be_told_concerns_what_is_told(
    read_set: ReadSet, change: RowChange
) -> None:
    commit = Commit("default", [change])
    assert affects(read_set, commit)
    assert affects(there(read_set), commit)


def test_rows_whose_keys_cannot_be_told_may_be_any_of_their_table() -> None:
    keys: list[Any] = [1.5, b"x", 1]
    told = there(ReadSet((), {("default", Book, key): COLUMN for key in keys}))
    assert told.instances == {("default", Book, 1): COLUMN}
    (reading,) = told.readings
    assert replace(reading, why=None) == Reading("default", Book, ANY_ROW, frozenset(), COLUMN)


def test_a_row_that_is_displayed_twice_has_one_place() -> None:
    told = tell(ReadSet((), {("default", Book, key): COLUMN for key in range(50)}))
    (rows,) = told.rows
    assert (rows.model, len(rows.keys)) == ("library.book", 50)
