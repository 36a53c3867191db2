from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from tests.live.events.pages import VIEWS, Browser, told

pytestmark = pytest.mark.django_db


def test_the_sample_of_the_document_answers_with_what_was_gathered_escaped(browser: Browser) -> None:
    answer = browser.emit("sample", "mybutton_click", {"gathered": "<b>hi"})
    assert answer.json() == {"ops": [["html", "#result", "Result: &lt;b&gt;hi"]], "patches": []}


def test_the_page_is_told_its_handlers_and_a_token_for_its_posts(rf: Any) -> None:
    request = rf.get("/sample/")
    told_page = VIEWS["sample"]().get_live_events(request)
    assert told_page["events"] == [{"on": "click", "at": "#mybutton", "gather": {"gathered": "#myinput"}}]
    assert len(told_page["csrf"]) == 64
    assert request.META["CSRF_COOKIE_NEEDS_UPDATE"]


def test_a_page_without_handlers_asks_for_no_cookie(rf: Any) -> None:
    request = rf.get("/silent/")
    assert VIEWS["silent"]().get_live_events(request) == {}
    assert "CSRF_COOKIE" not in request.META


UPLOAD = SimpleUploadedFile

GATHERED = [
    ({"one": "a"}, {"one": "a"}),
    ({}, {}),
    ({"one": ["a", "b"]}, {"one": "a"}),
    ({"one:as": "true", "one": "on"}, {"one": True}),
    ({"one:as": "false"}, {"one": False}),
    ({"one:as": "list"}, {"one": []}),
    ({"one:as": "list", "one": ["a", "b"]}, {"one": ["a", "b"]}),
    ({"many": ["x", "y"]}, {"many": ["x", "y"]}),
    ({"named.first": "1", "named.second:as": "true"}, {"named": {"first": "1", "second": True}}),
    ({"plain": "8", "nothing": "x", "request": "x", "self": "y", "kinds": "z"}, {}),
    ({"one": "a" * 10}, {"one": "a" * 10}),
]


@pytest.mark.parametrize(("sent", "differs"), GATHERED)
def test_a_handler_is_told_what_it_declares_and_nothing_else(
    browser: Browser, sent: Any, differs: Any
) -> None:
    assert browser.emit("kinds", "kinds", sent).status_code == 200
    missing = {"one": "", "many": [], "named": {"first": "", "second": ""}, "plain": 7, "nothing": ""}
    assert told == [missing | differs]


def test_files_are_uploaded_files(browser: Browser) -> None:
    sent = {
        "one": UPLOAD("a.txt", b"one"),
        "many": ["text", UPLOAD("b.txt", b"two")],
        "named.first:as": "list",
        "named.first": [UPLOAD("c.txt", b"3"), UPLOAD("d.txt", b"4")],
    }
    browser.emit("kinds", "kinds", sent)
    (seen,) = told
    assert seen["one"] == ("a.txt", b"one")
    assert seen["many"] == ["text", ("b.txt", b"two")]
    assert seen["named"]["first"] == [("c.txt", b"3"), ("d.txt", b"4")]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"one": "a" * 11}, 413),
        ({"many": ["a", "a" * 11]}, 413),
        ({"named.first": "a" * 11}, 413),
        ({"one:as": "list", "one": ["a", "a" * 11]}, 413),
        ({"one": UPLOAD("a.txt", b"123456")}, 413),
        ({"undeclared": UPLOAD("a.txt", b"123456")}, 413),
        ({"one:as": ""}, 400),
        ({"one:as": "dict"}, 400),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_too_large_or_of_no_known_kind_reaches_no_handler(
    browser: Browser, sent: Any, status: int
) -> None:
    answer = browser.emit("kinds", "kinds", sent)
    assert answer.status_code == status
    assert answer.json()["reload"] is False
    assert told == []


@pytest.mark.parametrize("index", ["1", "-1", "00001", "x", "", "²", "1.0", "mybutton_click", "9" * 5000])
def test_a_number_that_the_views_table_does_not_have_is_refused(browser: Browser, index: str) -> None:
    answer = browser.post(
        "/sample/", headers={"x-onair-event": index, "x-onair-token": browser.token("sample")}
    )
    assert answer.status_code == 400
    assert answer.json() == {"error": "This page has no such event. Reload it.", "reload": False}


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("", "none of this site"),
        ("forged", "none of this site"),
        ("é", "none of this site"),
    ],
)
def test_an_event_without_the_pages_token_is_refused(browser: Browser, token: str, message: str) -> None:
    answer = browser.emit("sample", 0, token=token)
    assert answer.status_code == 403
    assert answer.json()["reload"] is True
    assert message in answer.json()["error"]


def test_a_page_reaches_no_handler_of_another_view(browser: Browser) -> None:
    answer = browser.emit("other", "mybutton_click", token=browser.token("sample"))
    assert answer.status_code == 403
    assert "another view" in answer.json()["error"]
    assert told == []


def test_a_page_of_another_user_is_refused(browser: Browser) -> None:
    anna, berta = (User.objects.create_user(name) for name in ("anna", "berta"))
    browser.force_login(anna)
    token = browser.token("sample")
    assert browser.emit("sample", 0, token=token).status_code == 200
    browser.force_login(berta)
    answer = browser.emit("sample", 0, token=token)
    assert answer.status_code == 403
    assert "logged in or out" in answer.json()["error"]


def test_csrf_is_checked_as_for_any_post() -> None:
    browser = Browser(enforce_csrf_checks=True)
    assert browser.emit("sample", 0).status_code == 403


def test_the_views_own_dispatch_decides_first(browser: Browser) -> None:
    token = browser.token("sample")
    answer = browser.emit("guarded", 0, token=token)
    assert answer.status_code == 302
    browser.force_login(User.objects.create_user("anna"))
    assert browser.emit("guarded", "mybutton_click").status_code == 200


def test_more_than_a_session_sends_is_refused_with_the_time_to_wait(
    browser: Browser, settings: Settings
) -> None:
    settings.ONAIR = {"MAX_PAGE_EVENTS_PER_SECOND": 1}
    token = browser.token("sample")
    statuses = [browser.emit("sample", 0, token=token).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert int(browser.emit("sample", 0, token=token)["Retry-After"]) >= 1


def test_visitors_without_a_session_do_not_count_for_each_other(browser: Browser, settings: Settings) -> None:
    settings.ONAIR = {"MAX_PAGE_EVENTS_PER_SECOND": 1}
    token = browser.token("sample")
    for name in ("a" * 32, "b" * 32):
        browser.cookies["csrftoken"] = name
        statuses = [browser.emit("sample", 0, token=token).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]


@pytest.mark.parametrize(
    ("what", "content"),
    [
        ("none", {"ops": [], "patches": []}),
        ("one", {"ops": [["html", "#a", "&lt;b&gt;"]], "patches": []}),
        ("several", {"ops": [["html", "#a", "<i>&lt;</i>"], ["remove", "#b"]], "patches": []}),
        ("tuple", {"ops": [["reset", "#a"]], "patches": []}),
        ("other", {"mine": True}),
        ("redirect", {"ops": [], "redirect": "/elsewhere/"}),
        ("sent away", {"ops": [], "redirect": "/elsewhere/"}),
    ],
)
def test_what_a_handler_returns_is_the_answer_of_the_script(
    browser: Browser, what: str, content: Any
) -> None:
    answer = browser.emit("returning", "say", {"what": what})
    assert answer.json() == content
    assert answer.status_code == (201 if what == "other" else 200)
    assert ("seen" in answer.cookies) == (what in {"one", "other", "redirect", "sent away"})


@pytest.mark.parametrize("what", ["text", "mixed"])
def test_a_handler_that_returns_something_else_is_told_what_to_return(browser: Browser, what: str) -> None:
    with pytest.raises(TypeError, match=r"say returns (str|list)\. Return None, an RTResponse"):
        browser.emit("returning", "say", {"what": what})


def test_an_error_of_a_handler_is_the_sites_error() -> None:
    browser = Browser(raise_request_exception=False)
    assert browser.emit("refusing", 0, {"gathered": "break"}).status_code == 500
    assert browser.emit("refusing", 0).status_code == 403


def test_the_answer_carries_the_patches_of_the_regions_that_the_page_has(browser: Browser) -> None:
    answer = browser.emit("patched", 0, **{"x-onair-regions": '{"page": "v1", "odd": 7}'})
    assert answer.json()["patches"] == [{"r": "page", "v": "v1+1"}]


@pytest.mark.parametrize(
    "regions",
    ["", "nonsense", "[]", "7", json.dumps({str(n): "v" for n in range(65)}), "[" * 8_000, "x" * 9_000],
)
def test_regions_that_are_none_are_no_regions(browser: Browser, regions: str) -> None:
    answer = browser.emit("patched", 0, **{"x-onair-regions": regions})
    assert answer.json()["patches"] == []


def test_patches_that_fail_do_not_fail_the_event(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    answer = browser.emit("patched", 0, **{"x-onair-regions": '{"broken": "v1"}'})
    assert answer.json()["patches"] == []
    assert "without the page's changes" in caplog.text


def test_a_refusal_is_logged_with_its_page(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "onair.live"):
        browser.emit("sample", 7)
    assert "An event at /sample/ is refused: This page has no such event" in caplog.text


def test_a_decorated_handler_is_called_decorated(browser: Browser) -> None:
    browser.emit("decorated", "click", {"gathered": "x"})
    assert told == ["decorated", "x"]


def test_a_view_without_handlers_takes_no_post(browser: Browser) -> None:
    assert browser.post("/silent/").status_code == 405
    assert browser.emit("silent", 0).status_code == 400


def test_a_view_with_a_post_of_its_own_keeps_it(browser: Browser) -> None:
    assert browser.post("/own-post/").content == b"own post"
    assert browser.emit("own-post", "own").json() == {"ops": [], "patches": []}
    assert told == ["event"]


def test_an_asynchronous_handler_runs_in_a_synchronous_view(browser: Browser) -> None:
    answer = browser.emit("async-handler", "say", {"text": "x"})
    assert answer.json()["ops"] == [["html", "#result", "x"]]


@pytest.mark.parametrize(
    ("page", "method", "sent", "text"),
    [
        ("async-page", "say", {"text": "x"}, "x"),
        ("async-page", "sync", {}, "sync"),
        ("async-own-post", "say", {"text": "x"}, "x"),
    ],
)
def test_an_asynchronous_view_handles_events(
    browser: Browser, page: str, method: str, sent: Any, text: str
) -> None:
    assert browser.emit(page, method, sent).json()["ops"] == [["html", "#result", text]]


def test_an_asynchronous_view_answers_plain_forms(client: Client) -> None:
    assert client.post("/async-page/", {"text": "x"}).status_code == 303
    assert client.post("/async-page/", {"text": ""}).content == b"a page"
    assert client.post("/async-own-post/", {"text": "x"}).content == b"own post"
