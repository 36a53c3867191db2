"""A condition is ruled out only where the database would rule it out."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db.models import F, IntegerChoices, TextChoices
from django.utils.safestring import mark_safe

from onair.live.matching.conditions import may_equal, may_hold
from onair.live.matching.reads import Condition
from onair.live.matching.values import facts


class Colour(TextChoices):
    RED = "red"


class Size(IntegerChoices):
    LARGE = 3


class Old(str, Enum):  # noqa: UP042 (as sites have it)
    RED = "red"


BERLIN = ZoneInfo("Europe/Berlin")
FIRST, SECOND = (datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=BERLIN) for fold in (0, 1))


@pytest.mark.parametrize(
    ("value", "constant", "expected"),
    [
        (1, 1, True),
        (1, 2, False),
        (True, 1, True),
        (False, True, False),
        ("1", 2, True),
        (1.0, 2, True),
        (Decimal(5), 1, True),
        (Size.LARGE, 3, True),
        (Size.LARGE, 2, False),
        ("a", "a", True),
        ("A", "a", False),
        (Colour.RED, "red", True),
        (Colour.RED, "blue", False),
        (Old.RED, "red", True),
        (mark_safe("red"), "blue", False),
        (None, 1, False),
        (None, "", False),
        (1.5, 1.5, True),
        (1.5, 2.5, False),
        (float("nan"), 1.5, True),
        (Decimal("1.004"), Decimal("1.00"), True),
        (Decimal("1.5"), Decimal("2.5"), True),
        (Decimal("1.5"), Decimal("2.6"), False),
        (Decimal("Infinity"), Decimal(1), True),
        (Decimal("1e15"), Decimal("3e15"), True),
        (UUID(int=1), UUID(int=2), False),
        (str(UUID(int=1)), UUID(int=2), True),
        (date(2026, 1, 1), date(2026, 1, 2), False),
        (datetime(2026, 1, 1), date(2026, 1, 2), True),
        (datetime(2026, 1, 1), datetime(2026, 1, 2, tzinfo=UTC), True),
        (datetime(2026, 1, 1), datetime(2026, 1, 2), False),
        (FIRST, SECOND, False),
        (FIRST.astimezone(UTC), FIRST, True),
        (datetime.max.replace(tzinfo=BERLIN), FIRST, False),
        (datetime.min.replace(tzinfo=BERLIN), FIRST, True),
        (time(1), time(2), False),
        (time(1, tzinfo=UTC), time(2), True),
        (timedelta(1), timedelta(2), False),
        ([1], 1, True),
        (b"a", b"b", True),
        (F("pages"), 1, True),
    ],
)
def test_a_value_may_equal_a_constant(value: Any, constant: Any, expected: bool) -> None:
    assert may_equal(facts({"a": value}), "a", constant) is expected
    assert may_hold(Condition("a", "exact", constant), facts({"a": value})) is expected


def test_what_is_not_known_may_be_anything() -> None:
    assert may_equal({}, "a", 1)
    assert may_hold(Condition("a", "isnull", True), {})
    assert may_hold(Condition("a", "gt", 1, negated=True), {})


@pytest.mark.parametrize(
    ("op", "constant", "value", "holds", "fails"),
    [
        ("exact", 1, 1, True, False),
        ("exact", 1, 2, False, True),
        ("exact", 1, None, False, False),
        ("exact", 1, "1", True, True),
        ("in", frozenset({1, 2}), 2, True, False),
        ("in", frozenset({1, 2}), 3, False, True),
        ("in", frozenset({1, 2}), None, False, False),
        ("in", frozenset({1, "a"}), 3, True, True),
        ("in", frozenset(), 3, False, True),
        ("gt", 1, 2, True, False),
        ("gt", 1, 1, False, True),
        ("gte", 1, 1, True, False),
        ("lt", 1, 1, False, True),
        ("lte", 1, 1, True, False),
        ("lt", 1, None, False, False),
        ("lt", "b", "a", True, True),
        ("gt", Decimal(1), Decimal("1.6"), True, True),
        ("gt", Decimal(1), Decimal("2.6"), True, False),
        ("gt", FIRST, SECOND, True, False),
        ("range", (1, 3), 3, True, False),
        ("range", (1, 3), 4, False, True),
        ("range", (1, 3), 0, False, True),
        ("range", (1, "c"), 2, True, True),
        ("range", (1, "c"), 0, False, True),
        ("isnull", True, None, True, False),
        ("isnull", True, 1, False, True),
        ("isnull", False, None, False, True),
        ("isnull", False, 1, True, False),
    ],
)
def test_a_condition_may_hold_or_not_hold(
    op: str, constant: Any, value: Any, holds: bool, fails: bool
) -> None:
    known = facts({"a": value})
    assert may_hold(Condition("a", op, constant), known) is holds
    assert may_hold(Condition("a", op, constant, negated=True), known) is fails
