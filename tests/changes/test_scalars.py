"""What a value becomes on its way to another process."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onair.changes.scalars import UNTOLD, read, read_key, written, written_key
from tests.changes.test_wire import VALUES, Level, Status


def told(content: Any) -> Any:
    """The JSON as it comes out at the other end."""
    return json.loads(json.dumps(content))


@given(VALUES)
def test_a_value_comes_out_as_it_went_in(value: Any) -> None:
    came = read(told(written(value)))
    assert (came, type(came)) == (value, type(value))


@given(VALUES | st.lists(VALUES, max_size=3).map(tuple))
def test_a_key_comes_out_as_it_went_in(key: Any) -> None:
    assert read_key(told(written_key(key))) == key


@pytest.mark.parametrize(
    ("value", "content"),
    [
        (None, None),
        (True, True),
        (Level.HIGH, 3),
        (Status.OPEN, "open"),
        (Decimal("1.50"), {"n": "1.50"}),
        (date(2026, 1, 2), {"d": "2026-01-02"}),
        (time(1, 2), {"t": "01:02:00"}),
        (timedelta(1, 2, 3), {"s": [1, 2, 3]}),
        (UUID(int=0), {"u": "00000000-0000-0000-0000-000000000000"}),
        (
            datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
            {"m": "2026-10-25T02:30:00+01:00"},
        ),
    ],
)
def test_how_a_value_is_written(value: Any, content: Any) -> None:
    assert (written(value), type(written(value))) == (content, type(content))


@pytest.mark.parametrize("value", [1.5, b"x", [1], {"a": 1}, (1, 2), frozenset(), object(), 1j])
def test_other_types_are_not_told(value: Any) -> None:
    assert written(value) is UNTOLD
    assert written_key((1, value)) is UNTOLD


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        1.5,
        {"x": 1},
        {"n": "1", "d": "2026-01-02"},
        {"n": "one"},
        {"n": {}},
        {"d": "today"},
        {"d": 7},
        {"m": None},
        {"s": [1e300]},
        {"s": 7},
        {"u": 7},
        {"k": 7},
        {"k": [[1]]},
    ],
)
def test_what_is_no_value_is_an_error(content: Any) -> None:
    with pytest.raises(ValueError, match="no value"):
        read_key(content)
