"""Random clients, against a model of the protocol that is as simple as can be."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from onair.hub import Hub
from onair.protocol import frames
from onair.protocol.connection import ClientEvent, Connection, Output, Send, Subscribe, Unsubscribe
from onair.protocol.publication import Publication
from onair.protocol.signing import sign_channel
from tests.hub.listeners import ADDED, REMOVED, SUCCEEDED
from tests.protocol.clients import APP, CREDENTIAL, channel_data, client_message, content

OPEN = ["news", "cache-a"]
CHANNELS = [*OPEN, "private-a", "presence-a", "presence-cache-b"]

Messages = list[dict[str, Any]]

seats = st.integers(0, 3)
channels = st.sampled_from(CHANNELS)


@dataclass(eq=False)
class Client:
    """A client: the real connection, and what it should hear on each channel."""

    connection: Connection
    heard: Messages = field(default_factory=list)
    expected: dict[str, Messages] = field(default_factory=lambda: {channel: [] for channel in CHANNELS})
    users: dict[str, str | None] = field(default_factory=dict)  # who it is, by the channels it is on
    gone: bool = False

    @property
    def socket_id(self) -> str:
        return self.connection.socket_id

    def write(self, wire: bytes) -> None:
        assert not self.gone, "written to after the disconnect"
        self.heard += [content(text.encode()) for text in frames.texts(wire)]

    def expect(self, channel: str, event: str, data: Any, **fields: Any) -> None:
        self.expected[channel].append({"event": event, "channel": channel, "data": data, **fields})

    def heard_on(self, channel: str) -> Messages:
        return [message for message in self.heard if message.get("channel") == channel]


class Newsroom(RuleBasedStateMachine):
    """Four seats with a client each, who join, leave, send and go in any order, with flushes in between."""

    def __init__(self) -> None:
        super().__init__()
        self.hub = Hub(APP, wake=self.wake, clock=lambda: float(self.number), epoch="e")
        self.awake = False
        self.number = 0  # of the message, which is also the time
        self.sockets = 0
        self.clients = [self.connect() for _ in range(4)]
        self.gone: list[Client] = []
        self.arrivals: dict[str, list[str]] = {channel: [] for channel in CHANNELS}  # users, each once
        self.info: dict[tuple[str, str], Any] = {}  # of a user's first connection, by channel and user
        self.cached: dict[str, int] = {}  # the last event of each cache channel

    def connect(self) -> Client:
        self.sockets += 1
        return Client(Connection(APP, CREDENTIAL, f"1.{self.sockets}", now=0))

    def wake(self) -> None:
        assert not self.awake, "woken twice for one flush"
        self.awake = True

    def on(self, channel: str) -> list[Client]:
        return [client for client in self.clients if channel in client.users]

    def send(self, client: Client, event: str, data: Any, **fields: Any) -> list[str]:
        """The events that the client hears at once."""
        heard = len(client.heard)
        # A second passes, so that the rate of client events is never reached.
        self.number += 1
        payload = client_message(event, data, **fields)
        self.carry_out(client, client.connection.receive(payload, float(self.number)))
        return [message["event"] for message in client.heard[heard:]]

    def carry_out(self, client: Client, outputs: Sequence[Output]) -> None:
        for output in outputs:
            match output:
                case Send(payload):
                    client.write(frames.text(payload))
                case Subscribe(channel, member):
                    self.hub.subscribe(client, channel, member)
                case Unsubscribe(channel):
                    self.hub.unsubscribe(client, channel)
                case ClientEvent():
                    self.hub.client_event(client, output)

    @rule(
        seat=seats, channel=channels, user=st.sampled_from("78"), forged=st.sampled_from([False] * 3 + [True])
    )
    def subscribe(self, seat: int, channel: str, user: str, forged: bool) -> None:
        client = self.clients[seat]
        is_presence = channel.startswith("presence-")
        data = channel_data(user, socket=client.socket_id) if is_presence else None
        auth = sign_channel(CREDENTIAL, "9.9" if forged else client.socket_id, channel, data)
        joined = channel in client.users
        events = self.send(
            client, "pusher:subscribe", {"channel": channel, "auth": auth, "channel_data": data}
        )
        if joined:
            assert events == ["pusher:error"]
        elif forged and channel not in OPEN:
            assert events == ["pusher:error", "pusher:subscription_error"]
            client.expected[channel].append(client.heard[-1])
        else:
            self.expect_join(client, channel, user if is_presence else None)

    def expect_join(self, client: Client, channel: str, user: str | None) -> None:
        data = {}
        if user is not None:
            self.expect_member(client, channel, user)
            info = {there: self.info[channel, there] for there in self.arrivals[channel]}
            data = {"presence": {"ids": list(info), "hash": info, "count": len(info)}}
        client.users[channel] = user
        client.expect(channel, SUCCEEDED, data)
        if channel in self.cached:
            client.expect(channel, "update", self.cached[channel])
        elif "cache-" in channel:
            client.expect(channel, "pusher:cache_miss", {})

    def expect_member(self, client: Client, channel: str, user: str) -> None:
        if user in self.arrivals[channel]:
            return
        self.arrivals[channel].append(user)
        info = self.info[channel, user] = {"socket": client.socket_id}
        for other in self.on(channel):
            other.expect(channel, ADDED, {"user_id": user, "user_info": info})

    @rule(seat=seats, channel=channels)
    def unsubscribe(self, seat: int, channel: str) -> None:
        client = self.clients[seat]
        events = self.send(client, "pusher:unsubscribe", {"channel": channel})
        if channel in client.users:
            self.expect_leave(client, channel)
        else:
            assert events == ["pusher:error"]

    def expect_leave(self, client: Client, channel: str) -> None:
        user = client.users.pop(channel)
        others = self.on(channel)
        if user is None or user in [other.users[channel] for other in others]:
            return
        self.arrivals[channel].remove(user)
        for other in others:
            other.expect(channel, REMOVED, {"user_id": user})

    @rule(seat=seats)
    def disconnect(self, seat: int) -> None:
        client = self.clients[seat]
        self.hub.disconnect(client, client.connection.subscriptions)
        client.gone = True
        for channel in list(client.users):
            self.expect_leave(client, channel)
        self.gone.append(client)
        self.clients[seat] = self.connect()

    @rule(seat=seats, channel=channels)
    def whisper(self, seat: int, channel: str) -> None:
        client = self.clients[seat]
        events = self.send(client, "client-whisper", "1", channel=channel, user_id="root")
        if channel not in client.users or channel in OPEN:
            assert events == ["pusher:error"]
            return
        user = client.users[channel]
        for other in self.on(channel):
            if other is not client:
                other.expect(channel, "client-whisper", 1, **({} if user is None else {"user_id": user}))

    @rule(names=st.sets(channels, min_size=1), excluded=st.none() | seats)
    def publish(self, names: set[str], excluded: int | None) -> None:
        self.number += 1
        exclude = None if excluded is None else self.clients[excluded]
        socket_id = None if exclude is None else exclude.socket_id
        self.hub.publish(Publication(tuple(names), "update", json.dumps(self.number), socket_id))
        for channel in names:
            if "cache-" in channel:
                self.cached[channel] = self.number
            for client in self.on(channel):
                if client is not exclude:
                    client.expect(channel, "update", self.number)

    @rule()
    def flush(self) -> None:
        self.hub.flush()
        self.awake = False
        for client in self.clients:
            assert {channel: client.heard_on(channel) for channel in CHANNELS} == client.expected

    @invariant()
    def what_is_heard_is_what_was_meant_in_its_order(self) -> None:
        for client in self.clients + self.gone:
            for channel, expected in client.expected.items():
                heard = client.heard_on(channel)
                assert heard == expected[: len(heard)]

    @invariant()
    def a_flush_is_due_where_something_is_pending(self) -> None:
        pending = any(
            len(client.heard_on(channel)) < len(expected)
            for client in self.clients
            for channel, expected in client.expected.items()
        )
        assert self.awake or not pending

    @invariant()
    def the_hub_knows_who_is_there(self) -> None:
        assert set(self.hub.channels()) == {channel for channel in CHANNELS if self.on(channel)}
        for channel in CHANNELS:
            assert self.hub.subscription_count(channel) == len(self.on(channel))
            assert [member.user_id for member in self.hub.members(channel)] == self.arrivals[channel]

    @invariant()
    def a_connection_knows_where_it_is(self) -> None:
        for client in self.clients:
            assert set(client.connection.subscriptions) == set(client.users)


TestNewsroom = Newsroom.TestCase
TestNewsroom.settings = settings(deadline=None, max_examples=60, stateful_step_count=60)
