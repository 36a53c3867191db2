from __future__ import annotations

import datetime as dt
import json
import uuid
from decimal import Decimal

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from onair.exceptions import BadEvent
from onair.publishing.encoding import encode

DJANGO_VALUES = [
    dt.datetime(2024, 2, 29, 12, 30, 15, 123456, tzinfo=dt.UTC),
    dt.datetime(2013, 8, 8, 11, 16, 24),
    dt.date(2024, 2, 29),
    dt.time(12, 30, 15, 123456),
    dt.timedelta(days=1, hours=2, microseconds=5),
    Decimal("1.10"),
    uuid.UUID("12345678-1234-5678-1234-567812345678"),
    lazystr("later"),
    mark_safe("<b>safe</b>"),
    2**70,
    {1: "a number as a key", None: "and none"},
    ("a", "tuple"),
]


@pytest.mark.parametrize("value", DJANGO_VALUES, ids=repr)
def test_a_value_is_written_as_django_writes_it(value: object) -> None:
    text, _ = encode({"value": value})
    assert json.loads(text) == json.loads(json.dumps({"value": value}, cls=DjangoJSONEncoder))


def test_the_text_is_compact_and_keeps_letters_of_every_language() -> None:
    assert encode({"a": [1, "zoë"]}) == ('{"a":[1,"zoë"]}', 16)


def test_the_size_is_in_bytes() -> None:
    assert encode("日本") == ('"日本"', 8)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_does_not_know_becomes_null(number: float) -> None:
    assert encode({"mean": number, "n": [1.5]})[0] == '{"mean":null,"n":[1.5]}'


def test_half_a_surrogate_pair_is_escaped_so_that_the_text_has_bytes() -> None:
    text, size = encode({"half": "\ud83d", "whole": "é"})
    assert len(text.encode()) == size
    assert json.loads(text) == {"half": "\ud83d", "whole": "é"}


class Opaque:
    def __repr__(self) -> str:
        return "an opaque thing"


def circular() -> list[object]:
    around: list[object] = []
    around.append(around)
    return around


@pytest.mark.parametrize(
    "value",
    [
        Opaque(),
        {"in": [Opaque()]},
        {("a", "b"): 1},
        b"bytes",
        {1, 2},
        circular(),
        dt.time(tzinfo=dt.UTC),
    ],
    ids=repr,
)
def test_what_is_not_serialisable_is_refused_with_what_is(value: object) -> None:
    with pytest.raises(BadEvent, match="dictionaries, lists, strings"):
        encode(value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_values)
def test_every_json_value_comes_back_as_it_was(value: object) -> None:
    text, size = encode(value)
    assert json.loads(text) == value
    assert len(text.encode()) == size
