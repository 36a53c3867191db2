"""What may be decorated, with what, and which mistakes are refused when the class is made."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.test.utils import isolate_apps

import onair
from onair.broadcasting.broadcast import Choices
from onair.broadcasting.registry import Registry
from tests.broadcasting.told import telling
from tests.site.desk.models import Memo, Section, Story, Topic
from tests.site.news.models import Headline

pytestmark = pytest.mark.usefixtures("no_models")

MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"fields": ["titel"]}, "names titel. Its fields are"),
    ({"exclude": "titel"}, "names titel. Its fields are"),
    ({"fields": "title", "serializer": "a.b"}, "Keep one"),
    ({"serializer": 7}, "its dotted path"),
    ({"events": ["create"]}, "created, updated, deleted"),
    ({"events": "created"}, "created, updated, deleted"),
    ({"events": []}, "created, updated, deleted"),
    ({"many": 0}, "whole number above 0"),
    ({"many": True}, "whole number above 0"),
]


@pytest.mark.parametrize(("arguments", "said"), MISTAKES)
def test_an_argument_that_means_nothing_is_refused(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=said):
        onair.broadcasts(**arguments)(Story)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (Headline, "is a proxy: its rows are news.Article's"),
        (Story(), "stands on a model's class"),
        (dict, "stands on a model's class"),
        ("desk.Story", "stands on a model's class"),
        (Session, "never captured"),
    ],
)
def test_what_cannot_be_announced_is_refused(target: Any, said: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=said):
        onair.broadcasts(target)


def hook_without_the_event(self: Any) -> None: ...


def hook_with_more(self: Any, event: str, more: str) -> None: ...


async def asynchronous_hook(self: Any, event: str) -> None: ...


@pytest.mark.parametrize("hook", [hook_without_the_event, hook_with_more, asynchronous_hook, "news"])
@pytest.mark.parametrize("name", ["broadcast_on", "broadcast_as", "broadcast_with", "broadcast_when"])
def test_a_hook_that_cannot_be_called_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, hook: object
) -> None:
    monkeypatch.setattr(Topic, name, hook, raising=False)
    with pytest.raises(ImproperlyConfigured, match=rf"desk.Topic.{name} .*def {name}\(self, event\)"):
        onair.broadcasts(Topic)


@pytest.mark.parametrize(
    "hook", [lambda self, event: [], staticmethod(lambda event: []), classmethod(lambda cls, event: [])]
)
def test_a_hook_may_be_any_kind_of_method(monkeypatch: pytest.MonkeyPatch, hook: object) -> None:
    monkeypatch.setattr(Topic, "broadcast_on", hook, raising=False)
    assert onair.broadcasts(Topic) is Topic


def test_the_decorator_returns_the_class_bare_and_with_arguments() -> None:
    assert onair.broadcasts(Section) is Section
    assert onair.broadcasts(many=7)(Section) is Section


def test_what_is_said_last_counts(no_models: Registry) -> None:
    onair.broadcasts(many=7)(Section)
    onair.broadcasts(many=8)(Section)
    (broadcast,) = no_models
    assert broadcast.choices.many == 8


def test_an_abstract_model_is_not_announced_itself(no_models: Registry) -> None:
    onair.broadcasts(Memo.__mro__[1])
    assert list(no_models) == []


@isolate_apps("tests.site.desk")
def test_a_model_that_is_swapped_for_another_is_taken_without_a_word(no_models: Registry) -> None:
    class Member(models.Model):
        class Meta:
            app_label = "desk"
            swappable = "AUTH_USER_MODEL"

        def __str__(self) -> str:
            return "member"

    assert Member._meta.swapped
    assert onair.broadcasts(Member) is Member


@isolate_apps("tests.site.desk")
def test_models_of_another_registry_inherit_nothing(no_models: Registry) -> None:
    onair.broadcasts(Memo.__mro__[1])

    class Note(Memo.__mro__[1]):  # type: ignore[misc] # a migration's copy is made like this
        class Meta:
            app_label = "desk"

    assert no_models.of(Note) is None


def test_a_model_in_whose_code_one_cannot_write_is_announced_by_a_call(db: None) -> None:
    onair.broadcasts(exclude="email")(User)
    with telling() as told:
        user = User.objects.create_user("anna", "anna@example.com", "very secret")
        user.set_password("more secret")
        user.save()
    assert told.names == ["user.created", "user.updated"]
    for event in told.events:
        assert event.channels == ("private-auth.user", f"private-auth.user.{user.pk}")
        assert not {"password", "email"} & {*event.data["object"], *event.data.get("changed", ())}


def test_what_is_said_of_the_nearest_abstract_model_counts(no_models: Registry) -> None:
    far, near = Choices(public=True), Choices(many=2)
    bases: list[Any] = [type("Far", (), {})]
    bases.append(type("Near", (bases[0],), {}))
    no_models.add_abstract(bases[0], far)
    no_models.add_abstract(bases[1], near)
    model: Any = type("Model", (bases[1],), {})
    assert no_models.inherited(model) is near
    assert no_models.inherited(bases[1]) is far
