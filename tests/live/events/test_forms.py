from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.live.events.pages import Browser, told

pytestmark = pytest.mark.django_db


def test_a_handler_gets_its_form_valid_and_what_it_gathers_beside(browser: Browser) -> None:
    answer = browser.emit("room", "say", {"m-text": "hi", "mood": "good"})
    assert answer.json()["ops"] == [["reset", "#say"], ["toast", "Said.", "success"]]
    assert told == [("hi", "good", True, True)]


def test_a_form_gets_its_files(browser: Browser) -> None:
    upload = SimpleUploadedFile("a.txt", b"one")
    assert browser.emit("room", "say", {"m-text": "hi", "m-photo": upload}).json()["ops"]


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({}, {"m-text": ["This field is required."]}),
        (
            {"m-text": "x" * 11},
            {"m-text": ["Ensure this value has at most 10 characters (it has 11)."]},
        ),
        ({"m-text": "spam"}, {"": ["No <spam>."]}),
    ],
)
def test_a_form_that_is_not_valid_answers_with_its_errors_and_runs_no_handler(
    browser: Browser, sent: Any, errors: Any
) -> None:
    answer = browser.emit("room", "say", sent)
    assert answer.json() == {"ops": [], "errors": errors, "patches": []}
    assert told == []


def test_the_page_has_the_form_before_anything_is_posted(client: Client) -> None:
    content = client.get("/room/").content.decode()
    assert 'name="m-text" value="for say"' in content


def test_several_forms_are_named_by_their_methods(client: Client) -> None:
    said, shouted, none = client.get("/two-forms/").content.decode().split("|")
    assert "<input" in said
    assert "<input" in shouted
    assert none == ""


def test_without_a_script_a_valid_form_runs_the_handler_and_sends_the_page_back(client: Client) -> None:
    answer = client.post("/room/?page=2", {"m-text": "hi", "mood": "good"})
    assert answer.status_code == 303
    assert answer["Location"] == "/room/?page=2"
    assert told == [("hi", "good", True, True)]
    assert [(str(said), said.tags) for said in get_messages(answer.wsgi_request)] == [("Said.", "success")]


def test_without_a_script_a_form_that_is_not_valid_is_in_the_page_with_its_errors(client: Client) -> None:
    content = client.post("/room/", {"m-text": "x" * 11}).content.decode()
    assert "at most 10 characters" in content
    assert f'value="{"x" * 11}"' in content
    assert told == []


def test_without_a_script_one_of_several_forms_is_named_by_a_field(client: Client) -> None:
    assert client.post("/two-forms/", {"text": "x"}).status_code == 405
    assert client.post("/two-forms/", {"text": "x", "onair-event": "shout"}).status_code == 303
    assert told == [("shout", "x")]
    said, shouted, _ = (
        client.post("/two-forms/", {"text": "", "onair-event": "shout"}).content.decode().split("|")
    )
    assert "aria-invalid" not in said
    assert "aria-invalid" in shouted


@pytest.mark.parametrize("name", ["", "nothing", "dispatch", "get_context_data", "0"])
def test_a_field_names_nothing_but_handlers(client: Client, name: str) -> None:
    answer = client.post("/two-forms/", {"onair-event": name})
    assert answer.status_code == 400
    assert b"no such event" in answer.content


@pytest.mark.parametrize(
    ("what", "status", "location"),
    [
        ("none", 303, "/returning/"),
        ("several", 303, "/returning/"),
        ("sent away", 303, "/elsewhere/"),
        ("redirect", 302, "/elsewhere/"),
        ("other", 201, None),
    ],
)
def test_without_a_script_what_a_handler_returns_is_a_page(
    client: Client, what: str, status: int, location: str | None
) -> None:
    answer = client.post("/returning/", {"what": what})
    assert answer.status_code == status
    assert answer.get("Location") == location
    assert ("seen" in answer.cookies) == (what in {"one", "other", "redirect", "sent away"})


def test_toasts_of_a_page_that_is_left_are_messages_of_the_next(browser: Browser) -> None:
    answer = browser.emit("returning", "say", {"what": "sent away"})
    assert [str(said) for said in get_messages(answer.wsgi_request)] == ["Saved"]


def test_a_view_that_answers_forms_itself_keeps_its_form_and_its_post(browser: Browser) -> None:
    assert browser.get("/own-form/").content == b"MessageForm"
    assert browser.post("/own-form/", {"text": "x"})["Location"] == "/thanks/"
    assert told == []
    browser.emit("own-form", "find", {"q": "x"})
    browser.post("/own-form/", {"q": "y", "onair-event": "find"})
    assert told == ["x", "y"]
