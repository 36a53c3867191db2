from __future__ import annotations

import uuid
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, Group
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject

import onair
from onair.authorization.members import user_id
from onair.exceptions import BadEvent
from onair.publishing.capture import captured
from onair.publishing.event import Event


def user(pk: int) -> Any:
    return get_user_model()(pk=pk, username=f"user {pk}")


def channels_of(*users: Any) -> list[tuple[str, ...]]:
    with captured() as events:
        onair.to(*users).publish("shipped")
    return [event.channels for event in events]


def test_an_event_goes_to_the_users_own_channel() -> None:
    with captured() as events:
        onair.to(user(7)).publish("shipped", {"id": 1}, exclude="1.2")
    assert events == [Event(("#server-to-user-7",), "shipped", {"id": 1}, "1.2")]


def test_a_request_names_the_page_that_is_left_out() -> None:
    request = RequestFactory().post("/", headers={"X-Socket-ID": "3.4"})
    with captured() as events:
        onair.to(7).publish("shipped", exclude=request)
    assert events[0].socket_id == "3.4"


KEY = uuid.UUID("12345678-1234-5678-1234-567812345678")


@pytest.mark.parametrize(
    ("users", "ids"),
    [
        ([user(7)], ["7"]),
        ([SimpleLazyObject(lambda: user(7))], ["7"]),
        ([7], ["7"]),
        ([0], ["0"]),
        (["7"], ["7"]),
        ([KEY], [str(KEY)]),
        (["zoë/example"], ["zo=C3=AB=2Fexample"]),
        ([user(7), 8, "7"], ["7", "8"]),
        ([[user(7), user(8)]], ["7", "8"]),
        ([[user(7)], {8: "a key of a dictionary"}], ["7", "8"]),
    ],
)
def test_users_are_given_as_users_as_keys_or_as_iterables_and_each_counts_once(
    users: list[Any], ids: list[str]
) -> None:
    assert channels_of(*users) == [tuple(f"#server-to-user-{user_id}" for user_id in ids)]


def test_the_channel_is_the_one_that_the_user_signs_in_for() -> None:
    somebody = get_user_model()(pk="a b@c", username="somebody")
    assert channels_of(somebody) == [(f"#server-to-user-{user_id(somebody)}",)]


@pytest.mark.django_db
def test_a_queryset_is_as_good_as_its_users() -> None:
    made = [get_user_model().objects.create(username=name) for name in "ab"]
    assert channels_of(get_user_model().objects.order_by("pk")) == [
        tuple(f"#server-to-user-{each.pk}" for each in made)
    ]


def test_more_users_than_an_event_has_channels_get_several() -> None:
    assert [len(channels) for channels in channels_of(range(250))] == [100, 100, 50]


def test_a_user_who_is_named_twice_among_many_gets_one_event() -> None:
    assert [len(channels) for channels in channels_of(range(150), range(150))] == [100, 50]


@pytest.mark.parametrize("users", [[], [[]]], ids=repr)
def test_to_nobody_nothing_is_published(users: list[Any]) -> None:
    assert channels_of(*users) == []


@pytest.mark.parametrize("nobody", [AnonymousUser(), get_user_model()(), None, "", True, b"7"])
def test_nobody_is_refused_with_the_remedy(nobody: Any) -> None:
    with pytest.raises(BadEvent, match="give a user who has logged in"):
        onair.to(nobody)


def test_what_is_no_user_is_refused() -> None:
    with pytest.raises(BadEvent, match="is no user: give a user"):
        onair.to(Group(pk=7))


def test_a_key_that_is_too_long_is_refused_when_it_is_published_to() -> None:
    with pytest.raises(BadEvent, match="not a channel's name"):
        onair.to("x" * 300).publish("shipped")


def test_asynchronous_code_publishes_as_well() -> None:
    with captured() as events:
        async_to_sync(onair.to(7).apublish)("shipped", {"id": 1})
    assert events == [Event(("#server-to-user-7",), "shipped", {"id": 1})]
