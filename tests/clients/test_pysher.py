"""Pysher, a client for Python that speaks version 6 of the protocol."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from queue import Queue
from typing import Any, Self

import pysher
import pytest
from pusher import Pusher

from tests.clients.conftest import KEY
from tests.server.clients import PATIENCE, Site

SUCCEEDED = "pusher_internal:subscription_succeeded"


class Client:
    """A client that joins one channel; as its documents have it, when the connection is there."""

    def __init__(self, site: Site, channel: str, events: tuple[str, ...], user: str) -> None:
        self._heard: defaultdict[str, Queue[str]] = defaultdict(Queue)
        self._name = channel
        self._events = (SUCCEEDED, *events)
        self.library = pysher.Pusher(
            KEY.key,
            secret=KEY.secret,
            secure=False,
            custom_host=site.host,
            port=site.port,
            user_data={"user_id": user, "user_info": {"name": f"User {user}"}},
        )
        self.library.connection.bind("pusher:connection_established", self._subscribe)
        self.library.connect()

    def _subscribe(self, _: str) -> None:
        channel = self.library.subscribe(self._name)
        for event in self._events:
            channel.bind(event, self._heard[event].put)

    def joined(self) -> Self:
        self.next(SUCCEEDED)
        return self

    def next(self, event: str) -> Any:
        """The data of the channel's next event of this name."""
        return json.loads(self._heard[event].get(timeout=PATIENCE))

    def trigger(self, event: str, data: Any) -> None:
        self.library.channel(self._name).trigger(event, data)


Connect = Callable[..., Client]


@pytest.fixture
def connect(site: Site) -> Iterator[Connect]:
    """Connects clients, which have bound these events of one channel."""
    clients: list[Client] = []

    def connect(channel: str, *events: str, user: str = "1") -> Client:
        clients.append(Client(site, channel, events, user))
        return clients[-1]

    yield connect
    # Not by its disconnect(), which may miss the server's answer and then waits for ten seconds.
    for client in clients:
        client.library.connection.disconnect_called = True
    site.call(site.server.close_all)
    for client in clients:
        client.library.connection.join(PATIENCE)


@pytest.mark.parametrize("channel", ["news", "private-news", "presence-news"])
def test_an_event_reaches_a_channel(connect: Connect, library: Pusher, channel: str) -> None:
    client = connect(channel, "headline").joined()
    library.trigger(channel, "headline", {"text": "Hyvää päivää"})

    assert client.next("headline") == {"text": "Hyvää päivää"}


def test_a_presence_channel_says_who_is_there_who_comes_and_who_goes(connect: Connect) -> None:
    first = connect(
        "presence-room", "pusher_internal:member_added", "pusher_internal:member_removed", user="1"
    ).joined()
    second = connect("presence-room", user="2")
    assert second.next(SUCCEEDED)["presence"] == {
        "ids": ["1", "2"],
        "hash": {"1": {"name": "User 1"}, "2": {"name": "User 2"}},
        "count": 2,
    }

    assert first.next("pusher_internal:member_added") == {"user_id": "2", "user_info": {"name": "User 2"}}
    second.library.unsubscribe("presence-room")
    assert first.next("pusher_internal:member_removed") == {"user_id": "2"}


def test_a_client_event_reaches_the_others(connect: Connect) -> None:
    sender, reader = connect("private-room").joined(), connect("private-room", "client-typing").joined()
    sender.trigger("client-typing", {"at": 3})

    assert reader.next("client-typing") == {"at": 3}
