"""What is answered to what went wrong."""

from __future__ import annotations

import logging

import pytest

from onair.protocol.errors import AppDisabled, BadChannel, InvalidRequestSignature, ReconnectNow
from onair.server.api.answers import DONE, refusal
from onair.server.api.errors import EventTooLarge, MethodNotAllowed, NotFound

ERRORS: dict[int, Exception] = {
    400: BadChannel("a b"),
    401: InvalidRequestSignature("sign it"),
    403: AppDisabled("1"),
    404: NotFound("nowhere"),
    405: MethodNotAllowed("PUT", "/apps/1/x", ["POST", "GET"]),
    413: EventTooLarge("saved", 11, 10),
    503: ReconnectNow(),
}


@pytest.mark.parametrize(("status", "error"), ERRORS.items())
def test_each_error_has_its_status_and_its_words(status: int, error: Exception) -> None:
    answer = refusal(error)
    assert (answer.status, answer.body.decode()) == (status, f"{error}\n")
    assert (b"content-type", b"text/plain; charset=utf-8") in answer.headers


def test_only_another_method_is_told_which_are_allowed() -> None:
    assert (b"allow", b"GET, POST") in refusal(ERRORS[405]).headers
    assert b"allow" not in dict(refusal(ERRORS[404]).headers)


def test_what_nobody_foresaw_is_logged_and_answered_without_details(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = refusal(ZeroDivisionError("a secret"))
    assert (answer.status, b"secret" in answer.body) == (500, False)
    assert caplog.records[0].exc_info is not None


def test_a_name_that_is_no_text_can_be_told() -> None:
    assert b"ud800" in refusal(BadChannel("\ud800")).body
    assert b"\\udc80" in refusal(NotFound("\udc80")).body


def test_success_is_an_empty_object() -> None:
    assert (DONE.status, DONE.body, dict(DONE.headers)[b"content-length"]) == (200, b"{}", b"2")
