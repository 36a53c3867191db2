from __future__ import annotations

import datetime as dt
import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy

from onair.authorization.members import BadUserInfo, channel_data, display_name, user_data
from onair.protocol.member import member_of
from onair.protocol.user import user_of

MAIL = "anna@example.com"

NAMES = [
    ({"first_name": "Anna", "last_name": "Ek", "username": "anna", "email": MAIL}, "Anna Ek"),
    ({"first_name": "Anna", "username": "anna"}, "Anna"),
    ({"username": "anna", "email": MAIL}, "anna"),
    ({"username": "@anna"}, "@anna"),
    ({"username": MAIL}, "User 7"),
    ({"username": MAIL.upper(), "email": MAIL}, "User 7"),
    ({"username": "anna@localhost"}, "User 7"),
    ({"username": "anna", "email": "anna"}, "User 7"),
    ({"first_name": MAIL, "username": "anna", "email": MAIL}, "anna"),
    ({"first_name": "Anna", "last_name": f"({MAIL})", "username": "anna"}, "anna"),
    ({"username": ""}, "User 7"),
    ({"first_name": " ", "username": " "}, "User 7"),
    ({"first_name": "x" * 150, "username": "x"}, "x" * 100),
]


@pytest.mark.parametrize(("fields", "name"), NAMES)
def test_a_user_is_shown_by_a_name_that_is_no_address(fields: dict[str, str], name: str) -> None:
    assert display_name(User(pk=7, **fields)) == name


def test_a_user_whose_key_is_an_address_is_shown_without_it() -> None:
    assert display_name(SimpleNamespace(pk=MAIL)) == "User"


def test_a_user_model_with_other_fields_is_shown() -> None:
    user = SimpleNamespace(
        pk=1, mail="anna", get_email_field_name=lambda: "mail", get_username=lambda: "anna"
    )
    assert display_name(user) == "User 1"


def test_the_channel_data_is_what_the_server_reads_as_a_member() -> None:
    member = member_of("presence-x", channel_data(User(pk=7, username="anna")))
    assert (member.user_id, member.info) == ("7", b'{"name":"anna"}')


def test_the_user_data_is_what_the_server_reads_as_a_user() -> None:
    user = user_of(user_data(User(pk=7, username="anna", email=MAIL), ["8", "9"]))
    assert (user.id, user.info, user.watchlist) == ("7", b'{"name":"anna"}', ("8", "9"))


def test_the_user_data_of_who_watches_nobody_names_no_watchlist() -> None:
    assert json.loads(user_data(User(pk=7, username="anna"))).keys() == {"id", "user_info"}


def test_a_key_is_escaped_in_the_user_id() -> None:
    user = SimpleNamespace(pk="a b/é", get_username=lambda: "anna")
    assert json.loads(channel_data(user))["user_id"] == "a=20b=2F=C3=A9"


def test_the_longest_name_is_small_enough() -> None:
    channel_data(User(pk=7, first_name="\U0001f600" * 150, last_name="\U0001f600" * 150))


def test_a_rule_may_give_what_django_can_write_as_json() -> None:
    given = {"since": dt.date(2030, 1, 2), "label": gettext_lazy("Yes"), "colour": "grün"}
    assert json.loads(channel_data(User(pk=7), given))["user_info"] == {
        "since": "2030-01-02",
        "label": "Yes",
        "colour": "grün",
    }


def test_an_empty_user_info_is_kept() -> None:
    assert json.loads(channel_data(User(pk=7, username="anna"), {}))["user_info"] == {}


LOOP: dict[str, Any] = {}
LOOP["loop"] = LOOP


@pytest.mark.parametrize(
    ("user_info", "problem"),
    [
        ({"x": "x" * 1017}, "1025 bytes"),
        ({"x": "é" * 509}, "1026 bytes"),
        ({"x": object()}, "cannot be written as JSON"),
        ({"x": float("nan")}, "cannot be written as JSON"),
        ({"x": "\ud800"}, "cannot be written as JSON"),
        (LOOP, "cannot be written as JSON"),
    ],
)
def test_a_user_info_that_cannot_be_sent_is_refused(user_info: dict[str, Any], problem: str) -> None:
    with pytest.raises(BadUserInfo, match=problem):
        channel_data(User(pk=7), user_info)


def test_a_user_info_of_one_kilobyte_is_sent() -> None:
    channel_data(User(pk=7), {"x": "x" * 1016})
