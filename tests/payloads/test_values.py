from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.db import models
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from onair.payloads.values import json_value
from tests.site.news.models import Article


class Size(models.IntegerChoices):
    SMALL = 1


class Kind(models.TextChoices):
    NEWS = "news"


class Level(Enum):
    HIGH = Decimal("1.50")


class Broken(ContentFile):
    @property
    def url(self) -> str:
        raise ValueError("this storage has no addresses")


MORNING = dt.datetime(2013, 8, 8, 11, 16, 24)

CASES: dict[str, tuple[Any, Any]] = {
    "nothing": (None, None),
    "true": (True, True),
    "a number": (7, 7),
    "a float": (2.5, 2.5),
    "not a number": (float("nan"), None),
    "infinity": (float("-inf"), None),
    "a text": ("é", "é"),
    "a safe text": (mark_safe("<b>"), "<b>"),
    "a lazy text": (gettext_lazy("Yes"), "Yes"),
    "a decimal": (Decimal("9.90"), "9.90"),
    "a uuid": (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    "a naive moment": (MORNING, "2013-08-08T11:16:24"),
    "an aware moment": (MORNING.replace(tzinfo=dt.UTC), "2013-08-08T11:16:24Z"),
    "a day": (MORNING.date(), "2013-08-08"),
    "a time": (MORNING.time(), "11:16:24"),
    "a duration": (dt.timedelta(days=1, seconds=5), "P1DT00H00M05S"),
    "a choice of numbers": (Size.SMALL, 1),
    "a choice of texts": (Kind.NEWS, "news"),
    "an enum": (Level.HIGH, "1.50"),
    "bytes": (b"\xff", "/w=="),
    "a memoryview": (memoryview(b"\xff"), "/w=="),
    "a dictionary": ({1: {"a": Decimal(1)}}, {"1": {"a": "1"}}),
    "a list": ([Decimal(1), (2, None)], ["1", [2, None]]),
    "a set": ({3}, [3]),
    "an instance": (Article(pk=7), 7),
    "a lazy instance": (SimpleLazyObject(lambda: Article(pk=7)), 7),
    "a file": (ContentFile(b"", name="a.txt"), "a.txt"),
    "no file": (ContentFile(b""), None),
    "a file without an address": (Broken(b"", name="a.txt"), "a.txt"),
}


@pytest.mark.parametrize(("value", "expected"), CASES.values(), ids=CASES)
def test_a_value_becomes_plain_json(value: Any, expected: Any) -> None:
    written = json_value(value)
    assert written == expected
    assert type(written) is type(expected)
    assert json.loads(json.dumps(written, allow_nan=False)) == expected


def test_what_json_has_nothing_for_is_an_error() -> None:
    with pytest.raises(TypeError, match="object is not JSON"):
        json_value(object())
