"""What the site's other processes ask its code."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.server.clients import Site, signed_path
from tests.server.conftest import APP


@pytest.fixture
def asked(site: Site) -> list[str]:
    """What the site's code in the server's process is asked by the name ``inspector``."""
    asked: list[str] = []

    def answer(name: str, parameters: Mapping[str, str]) -> bytes | None:
        if name != "inspector":
            return None
        asked.append(parameters["event"])
        return b'["an answer"]'

    site.server.served[APP.id].answer = answer
    return asked


def ask(site: Site, name: str, event: str = "a b&c") -> tuple[int, str]:
    status, answer = site.request(
        "GET", signed_path(APP, f"onair/{name}", method="GET", params={"event": event})
    )
    return status, answer


def test_a_question_is_answered_as_the_code_answers(site: Site, asked: list[str]) -> None:
    assert ask(site, "inspector") == (200, '["an answer"]')
    assert asked == ["a b&c"]


def test_what_nobody_knows_is_not_found(site: Site, asked: list[str]) -> None:
    status, answer = ask(site, "other")
    assert (status, "manage.py onair serve" in answer, asked) == (404, True, [])


def test_a_server_that_is_no_process_of_a_site_answers_nothing(site: Site) -> None:
    assert ask(site, "inspector")[0] == 404


def test_who_has_not_signed_is_told_nothing(site: Site, asked: list[str]) -> None:
    path = signed_path(APP, "onair/other", method="GET").replace("other", "inspector")
    assert site.request("GET", path)[0] == 401
    assert asked == []
