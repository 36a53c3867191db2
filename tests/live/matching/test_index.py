"""The index answers as the rules do, whatever it has and has had."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from onair.changes.change import Commit, Kind, RowChange
from onair.live.matching import Index, affects
from onair.live.matching.reads import Condition, Reading, ReadSet, Term
from tests.live.matching.strategies import COMMITS, READ_SETS
from tests.site.library.models import Book


@settings(max_examples=150, deadline=None)
@given(st.lists(READ_SETS, max_size=6), st.lists(COMMITS, min_size=1, max_size=4))
def test_the_index_finds_what_the_rules_find_one_by_one(
    read_sets: list[ReadSet], commits: list[Commit]
) -> None:
    index = Index()
    for who, read_set in enumerate(read_sets):
        index.add(who, read_set)
    for commit in commits:
        assert index.match(commit) == {
            who for who, read_set in enumerate(read_sets) if affects(read_set, commit)
        }


class Changing(RuleBasedStateMachine):
    """An index whose read sets come, are replaced, and go."""

    def __init__(self) -> None:
        super().__init__()
        self.index = Index()
        self.read_sets: dict[int, ReadSet] = {}

    @rule(who=st.integers(0, 5), read_set=READ_SETS)
    def add(self, who: int, read_set: ReadSet) -> None:
        self.index.add(who, read_set)
        self.read_sets[who] = read_set

    @rule(who=st.integers(0, 5))
    def remove(self, who: int) -> None:
        self.index.remove(who)
        self.read_sets.pop(who, None)

    @rule(commit=COMMITS)
    def match(self, commit: Commit) -> None:
        expected = {who for who, read_set in self.read_sets.items() if affects(read_set, commit)}
        assert self.index.match(commit) == expected

    @rule(topic=st.sampled_from(["weather", "news", "nothing"]))
    def match_topic(self, topic: str) -> None:
        expected = {who for who, read_set in self.read_sets.items() if topic in read_set.topics}
        assert self.index.match_topic(topic) == expected

    @invariant()
    def has_them_all(self) -> None:
        assert len(self.index) == len(self.read_sets)

    def teardown(self) -> None:
        for who in self.read_sets:
            self.index.remove(who)
        assert (self.index._tables, self.index._topics) == ({}, {})


Changing.TestCase.settings = settings(max_examples=60, stateful_step_count=12, deadline=None)
TestChanging = Changing.TestCase


def reading(*terms: Term) -> ReadSet:
    columns = frozenset({"pages", "price", "moment"})
    return ReadSet((Reading("default", Book, terms, columns, frozenset(), frozenset()),))


ENDS = [None, 0, 3, 4, 10, 1_000_000]


@pytest.mark.parametrize("scale", [1, 1e-3, 86_400], ids=["whole", "small", "days"])
def test_every_interval_is_found_by_what_lies_in_it_and_by_nothing_else(scale: float) -> None:
    index = Index()
    pairs = [pair for pair in product(ENDS, ENDS) if pair != (None, None)]
    for first, last in pairs:
        conditions = [
            Condition("price", op, float(end * scale))
            for op, end in (("gte", first), ("lt", last))
            if end is not None
        ]
        index.add((first, last), reading(Term((), tuple(conditions))))
    for price in (-1, 0, 2.5, 3, 3.5, 4, 9.999, 10, 999_999, 1_000_000, 2_000_000):
        change = RowChange(Book, Kind.CREATED, 9, None, {"price": float(price * scale)})
        assert index.match(Commit("default", [change])) == {
            (first, last)
            for first, last in pairs
            if (first is None or price >= first) and (last is None or price < last)
        }


@pytest.mark.parametrize(
    "terms",
    [
        (Term.of({"pages": 1}), Term((), (Condition("pages", "in", frozenset({1, 2})),))),
        (
            Term.of({"pages": 1}, Condition("price", "gt", 1)),
            Term.of({"pages": 1}, Condition("price", "lt", 0)),
        ),
        (Term((), (Condition("price", "gt", 1),)), Term((), (Condition("price", "gt", 1, negated=True),))),
    ],
    ids=["the same value", "the same value and conditions", "both sides"],
)
def test_terms_that_are_found_in_one_place_leave_together(terms: tuple[Term, ...]) -> None:
    index = Index()
    change = RowChange(Book, Kind.CREATED, 9)
    for _ in range(2):
        index.add("a", reading(*terms))
        assert index.match(Commit("default", [change])) == {"a"}
    index.remove("a")
    assert index.match(Commit("default", [change])) == set()


def test_a_moment_is_one_wherever_its_clock_stands() -> None:
    index = Index()
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    index.add("then", reading(Term((("moment", noon),))))
    there = datetime.fromisoformat("2026-03-01T14:00:00+02:00")
    for moment, found in ((there, {"then"}), (there.replace(hour=13), set())):
        change = RowChange(Book, Kind.CREATED, 9, None, {"moment": moment})
        assert index.match(Commit("default", [change])) == found


def test_other_databases_have_other_rows() -> None:
    index = Index()
    index.add("here", reading(Term()))
    assert index.match(Commit("other", [RowChange(Book, Kind.CREATED, 1)], [Book])) == set()
