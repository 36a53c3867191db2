"""What the site's other processes hand over."""

from __future__ import annotations

import pytest

from onair.server.api.errors import HandedTooMuch
from onair.server.api.handovers import MAX_BODY
from tests.server.clients import Site, signed_path
from tests.server.conftest import APP


@pytest.fixture
def taken(site: Site) -> list[tuple[str, bytes]]:
    """What the site's code in the server's process takes by the name ``changes``."""
    taken: list[tuple[str, bytes]] = []

    def take(name: str, body: bytes) -> bool:
        if name == "busy":
            raise HandedTooMuch
        if name == "changes":
            taken.append((name, body))
        return name == "changes"

    site.server.served[APP.id].take = take
    return taken


def hand_over(site: Site, name: str, body: bytes) -> tuple[int, str]:
    status, answer = site.request("POST", signed_path(APP, f"onair/{name}", body), body)
    return status, answer


def test_what_is_handed_over_is_taken_as_it_is(site: Site, taken: list[tuple[str, bytes]]) -> None:
    assert hand_over(site, "changes", b'{"a": 1}\n\xff') == (200, "{}")
    assert taken == [("changes", b'{"a": 1}\n\xff')]


def test_what_nobody_takes_is_not_found(site: Site, taken: list[tuple[str, bytes]]) -> None:
    status, answer = hand_over(site, "other", b"x")
    assert (status, "manage.py onair serve" in answer, taken) == (404, True, [])


def test_a_server_that_is_no_process_of_a_site_takes_nothing(site: Site) -> None:
    assert hand_over(site, "changes", b"x")[0] == 404


def test_who_is_behind_says_so(site: Site, taken: list[tuple[str, bytes]]) -> None:
    status, answer = hand_over(site, "busy", b"x")
    assert (status, "try again in a moment" in answer) == (503, True)


def test_what_nobody_signed_is_refused(site: Site, taken: list[tuple[str, bytes]]) -> None:
    path = signed_path(APP, "onair/changes", b"x")
    assert site.request("POST", path, b"y")[0] == 401
    assert site.request("PUT", signed_path(APP, "onair/changes", b"x", method="PUT"), b"x")[0] == 405
    assert taken == []


def test_a_body_has_a_limit(site: Site, taken: list[tuple[str, bytes]]) -> None:
    assert hand_over(site, "changes", bytes(MAX_BODY + 1))[0] == 413
    assert taken == []
