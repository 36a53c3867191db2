"""The visitor signs in: what is sent to a user, and who of a watchlist is there."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.browser.client import Client
from tests.browser.conftest import OpenWindow
from tests.browser.served import Served
from tests.browser.windows import LOST_SERVER

ANNA, BEN = "#server-to-user-97", "#server-to-user-98"

ONLINE, OFFLINE = ("online", ["98"]), ("offline", ["98"])

KINDS = ["onair-js", "pusher-js", "onair-js-over-pusher-js"]

REFUSAL = re.compile("sign-in is refused|403")

MakeClient = Callable[..., Client]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


@pytest.fixture
def make_client(plain: Served, open_window: OpenWindow) -> MakeClient:
    def make(kind: str, name: str = "", tolerated: re.Pattern[str] = LOST_SERVER) -> Client:
        window = open_window(tolerated)
        if name:
            window.context.add_cookies([{"name": "name", "value": name, "url": plain.url}])
        return Client(window.page, plain, kind)

    return make


def changes(client: Client) -> list[tuple[str, list[str]]]:
    entries = client.page.evaluate("heard.filter(({ channel }) => channel === 'watchlist')")
    return [(entry["event"], entry["data"]["user_ids"]) for entry in entries]


def test_what_is_sent_to_a_user_reaches_that_user_alone(make_client: MakeClient, kind: str) -> None:
    anna, ben = make_client(kind, "anna"), make_client(kind, "ben")
    for client in (anna, ben):
        client.sign_in()
    anna.publish(ANNA, "to Anna")
    anna.publish(BEN, "to Ben")
    assert anna.hears("user", "news") == "to Anna"
    assert ben.hears("user", "news") == "to Ben"


def test_the_watchlist_tells_who_comes_and_goes(make_client: MakeClient, kind: str) -> None:
    anna = make_client(kind, "anna")
    anna.sign_in()
    anna.hears("watchlist", "offline")
    anna.forget()
    ben = make_client(kind, "ben")
    ben.sign_in()
    anna.hears("watchlist", "online")
    ben.page.close()
    anna.hears("watchlist", "offline")
    assert changes(anna) == [ONLINE, OFFLINE]


def test_who_signs_in_hears_who_is_there_already(make_client: MakeClient, kind: str) -> None:
    ben, anna = make_client(kind, "ben"), make_client(kind, "anna")
    ben.sign_in()
    anna.sign_in()
    anna.hears("watchlist", "online")
    assert changes(anna) == [ONLINE]


def test_a_visitor_that_the_site_does_not_know_is_refused(make_client: MakeClient, kind: str) -> None:
    nobody = make_client(kind, tolerated=REFUSAL)
    nobody.page.evaluate("signIn()")
    assert nobody.hears("user", "pusher:signin_error")["type"] == "AuthError"


def test_a_lost_connection_signs_in_again_and_nothing_sent_to_the_user_is_lost(
    make_client: MakeClient,
) -> None:
    anna = make_client("onair-js", "anna")
    anna.sign_in()
    anna.publish(ANNA, "before")
    anna.hears("user", "news")
    anna.lose_the_network()
    assert anna.page.evaluate("client.user.signedIn") is False
    for data in (1, 2):
        anna.publish(ANNA, data)
    anna.forget()
    anna.find_the_network()
    anna.hears("client", "pusher:signin_success")
    anna.publish(ANNA, "after")
    anna.page.wait_for_function("heard.some(({ data }) => data === 'after')")
    assert anna.told("user")[1:] == [("news", 1), ("news", 2), ("news", "after")]


def test_over_the_connection_of_pusher_js_the_user_is_told_of_the_gap(make_client: MakeClient) -> None:
    anna = make_client("onair-js-over-pusher-js", "anna")
    anna.sign_in()
    anna.lose_the_network()
    anna.forget()
    anna.find_the_network()
    anna.hears("user", "onair:gap")
    anna.hears("document", ANNA)
