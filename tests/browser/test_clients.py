"""Our own client and the official pusher-js, each on an otherwise empty page, against a real server."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Error

from tests.browser.client import Client
from tests.browser.conftest import OpenWindow
from tests.browser.served import Served
from tests.browser.windows import LOST_SERVER

KINDS = ["onair-js", "pusher-js"]

#: Milliseconds. When pusher-js finds no server it tries again after 15 seconds, and not sooner.
NEXT_TRY = 15_000

REFUSAL = re.compile("private-lobby-13|private-unknown|403")

MakeClient = Callable[..., Client]


@pytest.fixture(params=KINDS)
def make_client(request: pytest.FixtureRequest, plain: Served, open_window: OpenWindow) -> MakeClient:
    def make(name: str = "", site: Served = plain, tolerated: re.Pattern[str] | None = None) -> Client:
        window = open_window(tolerated)
        if name:
            window.context.add_cookies([{"name": "name", "value": name, "url": site.url}])
        return Client(window.page, site, request.param)

    return make


@pytest.mark.parametrize("prefix", ["lobby", "private-lobby"])
def test_a_channel_is_joined_and_its_events_are_heard(
    make_client: MakeClient, number: int, prefix: str
) -> None:
    channel = f"{prefix}-{number}"
    client = make_client()
    client.joins(channel)
    client.publish(channel, {"text": "“Grüße” 🚢"})
    assert client.hears(channel, "news") == {"text": "“Grüße” 🚢"}


@pytest.mark.parametrize("channel", ["private-lobby-13", "private-unknown"])
def test_a_refused_channel_is_told_of(make_client: MakeClient, channel: str) -> None:
    client = make_client(tolerated=REFUSAL)
    client.join(channel)
    assert client.hears(channel, "pusher:subscription_error")["status"] == 403


def test_members_come_and_go(make_client: MakeClient, number: int) -> None:
    channel = f"presence-lobby-{number}"
    anna, ben = make_client("anna"), make_client("ben")
    anna.joins(channel)
    ben.joins(channel)
    assert anna.hears(channel, "pusher:member_added")["info"] == {"name": "ben"}
    assert anna.members(channel) == ben.members(channel) == ["anna", "ben"]
    ben.page.close()
    assert anna.hears(channel, "pusher:member_removed")["info"] == {"name": "ben"}
    assert anna.members(channel) == ["anna"]


def test_a_client_event_reaches_the_others(make_client: MakeClient, number: int) -> None:
    channel = f"private-lobby-{number}"
    anna, ben = make_client("anna"), make_client("ben")
    for client in (anna, ben):
        client.joins(channel)
    assert anna.page.evaluate(
        "(name) => client.channel(name).trigger('client-news', { typing: true })", channel
    )
    assert ben.hears(channel, "client-news") == {"typing": True}
    assert not anna.has_heard(channel, "client-news")


def test_who_caused_an_event_may_be_left_out(make_client: MakeClient, number: int) -> None:
    channel = f"lobby-{number}"
    anna, ben = make_client(), make_client()
    for client in (anna, ben):
        client.joins(channel)
    anna.publish(channel, "the first", exclude=anna.socket_id)
    anna.publish(channel, "the second")
    assert ben.hears(channel, "news") == "the first"
    assert anna.hears(channel, "news") == "the second"


def test_a_channel_that_is_left_is_silent(make_client: MakeClient, number: int) -> None:
    left, kept = f"lobby-{number}-left", f"lobby-{number}-kept"
    client = make_client()
    for channel in (left, kept):
        client.joins(channel)
    client.page.evaluate("(name) => client.unsubscribe(name)", left)
    client.joins(kept + "-2")
    client.publish(left, 1)
    client.publish(kept, 2)
    assert client.hears(kept, "news") == 2
    assert not client.has_heard(left, "news")


def test_every_channel_is_joined_again_after_a_restart(make_client: MakeClient, own_site: Served) -> None:
    client = make_client("anna", own_site, LOST_SERVER)
    channels = ["lobby-1", "private-lobby-1", "presence-lobby-1"]
    for channel in channels:
        client.joins(channel)
    client.forget()
    own_site.stop()
    own_site.start()
    client.page.clock.fast_forward(NEXT_TRY)
    for channel in channels:
        client.hears(channel, "pusher:subscription_succeeded")
        client.publish(channel, "back")
        assert client.hears(channel, "news") == "back"
    assert client.members("presence-lobby-1") == ["anna"]


def test_a_grant_of_the_page_opens_its_channel(plain: Served, open_window: OpenWindow) -> None:
    client = Client(open_window().page, plain, "onair-js")
    client.joins("private-granted", grant=client.page.evaluate("document.body.dataset.grant"))


def test_an_encrypted_channel_is_read_over_the_pusher_js_that_can(
    plain: Served, open_window: OpenWindow, number: int
) -> None:
    channel = f"private-encrypted-lobby-{number}"
    client = Client(open_window().page, plain, "encrypted")
    client.joins(channel)
    client.publish(channel, {"text": "“Grüße” 🚢"})
    assert client.hears(channel, "news") == {"text": "“Grüße” 🚢"}


def test_without_it_an_encrypted_channel_says_what_the_page_needs(
    plain: Served, open_window: OpenWindow
) -> None:
    client = Client(open_window().page, plain, "onair-js")
    with pytest.raises(Error, match=r"pusherable_script encryption=True"):
        client.join("private-encrypted-lobby-1")
