from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import DisallowedRedirect
from django.http import HttpResponse
from django.utils.html import format_html

from onair.live import RTResponse

STEPS = [
    (RTResponse("#a", "<b>&"), ["html", "#a", "&lt;b&gt;&amp;"]),
    (RTResponse("#a", format_html("<b>{}</b>", "<")), ["html", "#a", "<b>&lt;</b>"]),
    (RTResponse("#a", 7), ["html", "#a", "7"]),
    (RTResponse.append("#a", "<"), ["append", "#a", "&lt;"]),
    (RTResponse.prepend("#a", "<"), ["prepend", "#a", "&lt;"]),
    (RTResponse.remove("#a"), ["remove", "#a"]),
    (RTResponse.reset("#a"), ["reset", "#a"]),
    (RTResponse.focus("#a"), ["focus", "#a"]),
    (RTResponse.toast("<Hi>", "error"), ["toast", "<Hi>", "error"]),
]


@pytest.mark.parametrize(("response", "step"), STEPS)
def test_a_step_is_sent_with_its_text_escaped_and_its_html_as_it_is(response: RTResponse, step: Any) -> None:
    assert json.loads(response.content) == {"ops": [step]}
    assert response["Content-Type"] == "application/json"


def test_it_is_an_http_response_that_middleware_can_work_on() -> None:
    assert isinstance(RTResponse("#a"), HttpResponse)
    assert RTResponse("#a").status_code == 200


def test_steps_follow_each_other() -> None:
    first = RTResponse("#a", "x")
    first.set_cookie("seen", "1")
    both = first.append("#b", "y").redirect("/next/")
    assert json.loads(both.content) == {
        "ops": [["html", "#a", "x"], ["append", "#b", "y"]],
        "redirect": "/next/",
    }
    assert both.cookies["seen"].value == "1"
    assert json.loads(first.content) == {"ops": [["html", "#a", "x"]]}


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: RTResponse("", "x"),
        lambda: RTResponse(None, "x"),  # type: ignore[arg-type]
        lambda: RTResponse.remove(" "),
        lambda: RTResponse.toast("x", "loud"),
    ],
)
def test_what_the_page_could_not_do_is_an_error_with_its_remedy(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"Name elements|it is one of"):
        wrong()


def test_a_redirect_takes_what_djangos_takes() -> None:
    assert json.loads(RTResponse.redirect("/x/").content)["redirect"] == "/x/"


@pytest.mark.parametrize("url", ["javascript:alert/1", "data:text/html,x"])
def test_a_redirect_to_code_is_refused(url: str) -> None:
    with pytest.raises(DisallowedRedirect):
        RTResponse.redirect(url)
