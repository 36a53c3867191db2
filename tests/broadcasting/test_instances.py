"""The instance that is made of what was written."""

from __future__ import annotations

from typing import Any, cast

import pytest

from onair.broadcasting.broadcast import Broadcast, Choices
from onair.broadcasting.instances import made
from onair.broadcasting.pending import Pending
from tests.site.desk.models import Story


def pending(*, is_certain: bool, **values: Any) -> Pending:
    """A story of which every value is known."""
    story = Story(pk=7, title="Harbour", **values)
    values = {field.attname: getattr(story, field.attname) for field in Story._meta.concrete_fields}
    return Pending(Broadcast(Story, Choices()), 7, is_certain=is_certain, values=values)


def test_what_is_known_as_a_whole_is_not_read() -> None:
    story = cast("Story", made(pending(is_certain=True), "default"))
    assert (story.pk, story.title) == (7, "Harbour")


def test_what_may_be_no_object_of_the_model_is_not_made_though_all_is_known() -> None:
    assert made(pending(is_certain=False), "default") is None


@pytest.mark.parametrize(
    ("written", "loaded"), [(1, "1.00"), ("1.5", "1.50"), ("1.239", "1.24"), (0, "0.00"), (None, "None")]
)
def test_a_decimal_is_told_with_the_places_that_its_column_has(written: Any, loaded: str) -> None:
    story = cast("Story", made(pending(is_certain=True, price=written), "default"))
    assert str(story.price) == loaded
