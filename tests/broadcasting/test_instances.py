"""The instance that is made of what was written."""

from __future__ import annotations

from typing import cast

from onair.broadcasting.broadcast import Broadcast, Choices
from onair.broadcasting.instances import made
from onair.broadcasting.pending import Pending
from tests.site.desk.models import Story


def pending(*, is_certain: bool) -> Pending:
    """A story of which every value is known."""
    story = Story(pk=7, title="Harbour")
    values = {field.attname: getattr(story, field.attname) for field in Story._meta.concrete_fields}
    return Pending(Broadcast(Story, Choices()), 7, is_certain=is_certain, values=values)


def test_what_is_known_as_a_whole_is_not_read() -> None:
    story = cast("Story", made(pending(is_certain=True), "default"))
    assert (story.pk, story.title) == (7, "Harbour")


def test_what_may_be_no_object_of_the_model_is_not_made_though_all_is_known() -> None:
    assert made(pending(is_certain=False), "default") is None
