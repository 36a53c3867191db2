"""Official pusher-js where no WebSocket passes: it falls back to HTTP, and everything works as ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Page

from tests.browser.client import SCRIPT, Client
from tests.browser.conftest import OpenWindow, plain_site
from tests.browser.served import Served, serving
from tests.browser.windows import LOST_SERVER

TRANSPORTS = ["xhr_streaming", "xhr_polling"]

#: Milliseconds in which pusher-js tries again when it finds no server.
NEXT_TRY = 15_000

#: What serves the sockets of each place, and whether the pages come from another origin.
PLACES = {
    "runserver, which has the pages": (("runserver", "--noreload"), False),
    "runserver, for pages of another origin": (("runserver", "--noreload"), True),
    "the server alone": (("onair", "serve", "--bind"), True),
}


class Place(NamedTuple):
    """Where the pages and the sockets of one site are."""

    pages: Served
    sockets: Served


class FallbackClient(Client):
    """Pusher-js with one transport."""

    def __init__(self, page: Page, place: Place, transport: str) -> None:
        self.page = page
        self.site = place.pages
        page.clock.install()
        page.goto(f"{place.pages.url}/pusher-js/")
        page.add_script_tag(path=SCRIPT)
        server = {"httpHost": "127.0.0.1", "httpPort": place.sockets.port}
        page.evaluate("startPusher", {"enabledTransports": [transport], **server})


OpenClient = Callable[..., FallbackClient]

numbers = count(500)


@contextmanager
def place_called(name: str, folder: Path) -> Iterator[Place]:
    command, elsewhere = PLACES[name]
    with ExitStack() as stack:
        sockets = stack.enter_context(serving(plain_site(folder, *command)))
        pages = sockets
        if elsewhere:
            pages = stack.enter_context(serving(plain_site(folder, "deaf")))
        yield Place(pages, sockets)


@pytest.fixture(scope="module", params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_called(request.param, tmp_path_factory.mktemp("fallback")) as place:
        yield place


@pytest.fixture(params=TRANSPORTS)
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def open_client(transport: str, open_window: OpenWindow) -> OpenClient:
    def open_one(place: Place, name: str = "anna") -> FallbackClient:
        window = open_window(LOST_SERVER)
        window.context.add_cookies([{"name": "name", "value": name, "url": place.pages.url}])
        return FallbackClient(window.page, place, transport)

    return open_one


@pytest.fixture
def number() -> int:
    """The number of a lobby that no other test uses."""
    return next(numbers)


@pytest.mark.parametrize("prefix", ["lobby", "private-lobby"])
def test_events_are_heard(place: Place, open_client: OpenClient, number: int, prefix: str) -> None:
    channel = f"{prefix}-{number}"
    client = open_client(place)
    client.joins(channel)
    client.publish(channel, {"text": "“Grüße” 🚢"})
    assert client.hears(channel, "news") == {"text": "“Grüße” 🚢"}


def test_members_come_and_go_and_tell_each_other(place: Place, open_client: OpenClient, number: int) -> None:
    channel = f"presence-lobby-{number}"
    anna, ben = open_client(place, "anna"), open_client(place, "ben")
    anna.joins(channel)
    ben.joins(channel)
    assert anna.hears(channel, "pusher:member_added")["info"] == {"name": "ben"}
    assert anna.members(channel) == ben.members(channel) == ["anna", "ben"]
    ben.page.evaluate("(name) => client.channel(name).trigger('client-news', { typing: true })", channel)
    assert anna.hears(channel, "client-news") == {"typing": True}
    ben.page.close()
    assert anna.hears(channel, "pusher:member_removed")["info"] == {"name": "ben"}


def test_nothing_is_lost_when_the_client_asks_again(
    place: Place, open_client: OpenClient, number: int
) -> None:
    channel = f"lobby-{number}"
    client = open_client(place)
    client.joins(channel)
    events = [f"{number:02}" + "ü🚢" * 10_000 for number in range(20)]  # more than two answers hold
    for event in events:
        client.publish(channel, event)
    client.page.wait_for_function(f"told({channel!r}).length === {1 + len(events)}")
    assert client.told(channel)[1:] == [("news", event) for event in events]
    assert client.page.evaluate("client.connection.state") == "connected"


@pytest.mark.parametrize("name", ["runserver, which has the pages", "the server alone"])
def test_clients_come_back_after_a_restart(name: str, tmp_path: Path, open_client: OpenClient) -> None:
    channels = ["lobby-1", "private-lobby-1", "presence-lobby-1"]
    with place_called(name, tmp_path) as place:
        client = open_client(place)
        for channel in channels:
            client.joins(channel)
        client.forget()
        place.sockets.stop()
        place.sockets.start()
        client.page.clock.fast_forward(NEXT_TRY)
        for channel in channels:
            client.hears(channel, "pusher:subscription_succeeded")
            client.publish(channel, "back")
            assert client.hears(channel, "news") == "back"
        assert client.members("presence-lobby-1") == ["anna"]
        client.page.close()
