from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.template import engines
from django.test import RequestFactory

import onair
from onair.exceptions import BadEvent
from onair.testing import captured


def test_a_toast_is_sent_to_each_of_its_users() -> None:
    with captured() as events:
        onair.toast([User(pk=1), User(pk=2)], "Saved <b>", "success")
        onair.toast(3, "Hello")
    sent = [(channel, event.name, event.data) for event in events for channel in event.channels]
    assert sent == [
        ("#server-to-user-1", "onair:toast", {"text": "Saved <b>", "level": "success"}),
        ("#server-to-user-2", "onair:toast", {"text": "Saved <b>", "level": "success"}),
        ("#server-to-user-3", "onair:toast", {"text": "Hello", "level": "info"}),
    ]


def test_a_level_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="it is one of info"):
        onair.toast(1, "x", "loud")


def test_nobody_gets_no_toast() -> None:
    with pytest.raises(BadEvent):
        onair.toast(AnonymousUser(), "x")


@pytest.mark.parametrize(
    ("user", "audience"), [(User(pk=1), "user"), (AnonymousUser(), "page"), (None, "page")]
)
def test_the_tag_signs_in_who_has_logged_in(user: User | None, audience: str) -> None:
    request = RequestFactory().get("/")
    if user is not None:
        request.user = user
    text = engines["django"].from_string("{% load onair %}{% onair_toasts %}").render({}, request)
    place, script = text.split("<script", 1)
    assert place == f'<div data-onair-toasts="{audience}" role="status"></div>'
    assert "onair-page.js" in script
