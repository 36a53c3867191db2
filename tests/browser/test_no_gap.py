"""What is published while a page is away: it comes with the page, or the page is told that it is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import WebSocket

from tests.browser.client import Client
from tests.browser.conftest import OpenWindow
from tests.browser.served import Served
from tests.browser.windows import LOST_SERVER

OpenClient = Callable[..., Client]

#: Milliseconds in which a page tries again.
NEXT_TRY = 15_000

JOINED = ("pusher:subscription_succeeded", None)
GAP = ("onair:gap", None)


@pytest.fixture
def open_client(plain: Served, open_window: OpenWindow) -> OpenClient:
    def open_one(kind: str = "onair-js", site: Served = plain) -> Client:
        window = open_window(LOST_SERVER)
        window.context.add_cookies([{"name": "name", "value": "anna", "url": site.url}])
        return Client(window.page, site, kind)

    return open_one


def news(*data: object) -> list[tuple[str, object]]:
    return [("news", each) for each in data]


def lose_and_find(client: Client, channel: str, *published: object) -> None:
    """Cut a page off, publish meanwhile, let it back, and wait until it has heard what comes after that."""
    client.lose_the_network()
    for data in published:
        client.publish(channel, data)
    client.forget()
    client.find_the_network()
    client.hears(channel, "pusher:subscription_succeeded")
    client.publish(channel, "after")
    client.page.wait_for_function("heard.some(({ data }) => data === 'after')")


@pytest.mark.parametrize("prefix", ["lobby", "private-lobby", "presence-lobby", "cache-lobby"])
def test_what_was_published_meanwhile_comes_in_order_and_once(
    open_client: OpenClient, number: int, prefix: str
) -> None:
    channel = f"{prefix}-{number}"
    client = open_client()
    client.joins(channel)
    client.publish(channel, "before")
    client.hears(channel, "news")
    lose_and_find(client, channel, 1, 2, 3)
    assert client.told(channel) == [JOINED, *news(1, 2, 3, "after")]
    assert client.told("document") == []


def test_a_second_loss_goes_on_where_the_first_had_ended(open_client: OpenClient, number: int) -> None:
    channel = f"lobby-{number}"
    client = open_client()
    client.joins(channel)
    lose_and_find(client, channel, 1)
    lose_and_find(client, channel, 2)
    assert client.told(channel) == [JOINED, *news(2, "after")]


def test_what_was_not_for_the_lost_connection_does_not_come(open_client: OpenClient, number: int) -> None:
    channel = f"lobby-{number}"
    client = open_client()
    client.joins(channel)
    former = client.socket_id
    client.lose_the_network()
    client.publish(channel, "its own", exclude=former)
    client.publish(channel, "another's")
    client.forget()
    client.find_the_network()
    client.hears(channel, "news")
    assert client.told(channel) == [JOINED, *news("another's")]


def test_after_a_restart_nobody_knows_what_was_missed(open_client: OpenClient, own_site: Served) -> None:
    client = open_client(site=own_site)
    for channel in ("lobby-1", "private-lobby-1"):
        client.joins(channel)
    own_site.stop()
    client.forget()
    own_site.start()
    client.page.clock.fast_forward(NEXT_TRY)
    for channel in ("lobby-1", "private-lobby-1"):
        client.hears(channel, "onair:gap")
        client.publish(channel, "after")
        client.hears(channel, "news")
        assert client.told(channel) == [JOINED, GAP, *news("after")]
    assert sorted(client.told("document")) == [("lobby-1", None), ("private-lobby-1", None)]


def test_over_the_connection_of_pusher_js_a_loss_is_a_gap(open_client: OpenClient, number: int) -> None:
    channel = f"private-lobby-{number}"
    client = open_client("onair-js-over-pusher-js")
    client.joins(channel)
    assert client.page.evaluate("window.pusher.allChannels().length") == 2
    client.lose_the_network()
    client.forget()
    client.find_the_network()
    client.hears(channel, "onair:gap")
    client.hears("document", "user_1")
    assert client.told(channel)[-1] == GAP
    assert sorted(client.told("document")) == [(channel, None), ("user_1", None)]


def test_pusher_js_on_the_same_channel_sees_nothing_of_it(open_client: OpenClient, number: int) -> None:
    channel = f"lobby-{number}"
    ours, theirs = open_client(), open_client("pusher-js")
    frames: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: frames.append(str(frame)))

    theirs.page.on("websocket", listen)
    for client in (ours, theirs):
        client.joins(channel)
    theirs.forget()
    theirs.lose_the_network()
    theirs.find_the_network()
    theirs.hears(channel, "pusher:subscription_succeeded")
    theirs.forget()
    lose_and_find(ours, channel, 1, 2)
    theirs.page.wait_for_function("heard.some(({ data }) => data === 'after')")
    assert theirs.told(channel) == news(1, 2, "after")
    assert frames
    assert not [frame for frame in frames if "position" in frame or "onair:" in frame]
