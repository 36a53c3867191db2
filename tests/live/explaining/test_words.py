"""What a region follows, in words."""

from __future__ import annotations

import datetime as dt

import pytest

from onair.changes.change import Commit, Kind, RowChange
from onair.live.explaining import words
from onair.live.matching.reads import ANY_ROW, Condition, Term
from onair.live.templating.audience import Audience
from tests.site.board.models import Ticket

ROWS = [
    ((), "no row"),
    (ANY_ROW, "any row"),
    ((Term.of({"column_id": 1}), Term()), "any row"),
    ((Term.of({"is_open": True, "column_id": 1}),), "column_id = 1 and is_open = True"),
    ((Term.of({"board_id": 1, "id": 1}), Term.of({"board_id": 1, "id": 2})), "board_id = 1 and id in (1, 2)"),
    ((Term.of({"id": 1}), Term.of({"id": 2}), Term.of({"id": 3})), "id in (1, 2, 3)"),
    (
        (Term.of({"id": 1, "owner_id": 1}), Term.of({"id": 2, "owner_id": 2})),
        "(id = 1 and owner_id = 1) or (id = 2 and owner_id = 2)",
    ),
    (
        (Term.of({"column_id": 1}, Condition("id", "gt", 7)), Term.of({"title": "a"})),
        "(column_id = 1 and id > 7) or title = 'a'",
    ),
]

CONDITIONS = [
    (Condition("day", "exact", dt.date(2024, 2, 29), negated=True), "not (day = 2024-02-29)"),
    (Condition("id", "in", frozenset({3, 1, 2})), "id in (1, 2, 3)"),
    (Condition("id", "in", frozenset({"b", 1})), "id in (1, 'b')"),
    (Condition("id", "gte", 7), "id >= 7"),
    (Condition("id", "lt", 7), "id < 7"),
    (Condition("id", "lte", 7), "id <= 7"),
    (Condition("id", "range", (1, 9)), "id from 1 to 9"),
    (Condition("owner_id", "isnull", True), "owner_id is null"),
    (Condition("owner_id", "isnull", False), "owner_id is not null"),
]

AUDIENCES = [
    ("facts:|en|UTC", "everybody, in en and UTC"),
    ("facts:anonymous|en|UTC", "everybody who has not logged in, in en and UTC"),
    (
        "facts:user.is_staff=True,user.is_active=True|en|UTC",
        "all for whom user.is_staff=True and user.is_act",
    ),
    (
        "facts:user.has_perm(a,b:1)=True,anonymous|en|UTC",
        "all for whom user.has_perm(a,b:1)=True and anonymous",
    ),
    ("user:7|en|UTC", "the user 7 alone, in en and UTC"),
    ("session:abc|en|UTC", "one session alone, in en and UTC"),
    ("declared:team|7|en|UTC", "the declared audience 'team|7', in en and UTC"),
]


@pytest.mark.parametrize(("terms", "text"), ROWS, ids=[text for _, text in ROWS])
def test_rows(terms: tuple[Term, ...], text: str) -> None:
    assert words.of_rows(terms) == text


@pytest.mark.parametrize(("condition", "text"), CONDITIONS, ids=[text for _, text in CONDITIONS])
def test_conditions(condition: Condition, text: str) -> None:
    assert words.of_condition(condition) == text


@pytest.mark.parametrize(("key", "text"), AUDIENCES, ids=[key for key, _ in AUDIENCES])
def test_audiences(key: str, text: str) -> None:
    assert words.of_audience(Audience(key)).startswith(text)


def test_many_things_are_shortened() -> None:
    assert words.enumerated(range(3)) == "0, 1, 2"
    assert words.enumerated(range(2_000), most=2) == "0, 1 … (2,000 in all)"


def test_a_commit() -> None:
    rows = [
        RowChange(Ticket, Kind.CREATED, 7),
        RowChange(Ticket, Kind.UPDATED, None, frozenset({"title"})),
        RowChange(Ticket, Kind.DELETED, 8),
    ]
    assert words.of_commit(Commit("other", rows, [Ticket])) == [
        "other.board_ticket: rows that nobody can name",
        "other.board_ticket: row 7 created",
        "other.board_ticket: rows without a key updated (title)",
        "other.board_ticket: row 8 deleted",
    ]
