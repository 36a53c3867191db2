from __future__ import annotations

import pytest

import onair
from onair.broadcasting.broadcast import Broadcast, Choices
from onair.broadcasting.checks import check_announced_fields, check_serializers
from onair.broadcasting.registry import Registry
from tests.site.desk.models import Section, Story


def test_a_site_without_mistakes_has_nothing_to_hear() -> None:
    assert check_serializers() == check_announced_fields() == []


@pytest.mark.parametrize(
    ("serializer", "said"),
    [("news.nowhere.Serializer", "No module named 'news'"), (Section, "is no serializer")],
)
def test_a_serializer_that_is_none_is_an_error(
    no_models: Registry, serializer: type | str, said: str
) -> None:
    no_models.add(Broadcast(Story, Choices(serializer=serializer)))
    (message,) = check_serializers()
    assert message.id == "onair.E070"
    assert said in message.msg


def test_a_field_that_looks_secret_is_warned_of(no_models: Registry) -> None:
    no_models.add(Broadcast(Story, Choices(fields=frozenset({"title", "api_key"}))))
    (message,) = check_announced_fields()
    assert message.id == "onair.W071"
    assert "desk.Story announces api_key" in message.msg
    assert onair.broadcasts.__name__ in str(message.hint)
