"""Random users who sign in, watch each other and go, against what each should be told."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from onair.hub import Hub
from onair.protocol import frames
from onair.protocol.user import User
from tests.hub.listeners import hub
from tests.protocol.clients import content

USERS = ["7", "8", "9"]

seats = st.integers(0, 4)


@dataclass(eq=False)
class Client:
    """A connection, who it is, and whom it takes to be there by what it was told."""

    socket_id: str
    user: User | None = None
    told: dict[str, str] = field(default_factory=dict)
    heard: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def write(self, wire: bytes) -> None:
        for text in frames.texts(wire):
            message = content(text.encode())
            if message["event"] == "pusher_internal:watchlist_events":
                for event in message["data"]["events"]:
                    self.heard.append((event["name"], tuple(event["user_ids"])))
                    self.told |= dict.fromkeys(event["user_ids"], event["name"])


class Office(RuleBasedStateMachine):
    """Five connections of three users."""

    def __init__(self) -> None:
        super().__init__()
        self.hub: Hub = hub()
        self.sockets = 0
        self.clients = [self.connect() for _ in range(5)]

    def connect(self) -> Client:
        self.sockets += 1
        return Client(f"1.{self.sockets}")

    def online(self) -> set[str]:
        return {client.user.id for client in self.clients if client.user is not None}

    @rule(seat=seats, user_id=st.sampled_from(USERS), watchlist=st.lists(st.sampled_from(USERS), unique=True))
    def sign_in(self, seat: int, user_id: str, watchlist: list[str]) -> None:
        client = self.clients[seat]
        if client.user is not None:
            user_id = client.user.id  # the connection refuses another one
        client.user = User(user_id, "{}", watchlist=tuple(watchlist))
        client.told.clear()
        client.heard.clear()
        self.hub.sign_in(client, client.user)

    @rule(seat=seats)
    def go(self, seat: int) -> None:
        client, self.clients[seat] = self.clients[seat], self.connect()
        self.hub.disconnect(client, [])
        client.heard.clear()

    @invariant()
    def the_hub_knows_who_is_there(self) -> None:
        for user_id in USERS:
            theirs = {client for client in self.clients if client.user and client.user.id == user_id}
            assert set(self.hub.connections_of(user_id)) == theirs

    @invariant()
    def everybody_knows_the_truth_about_the_watched_and_nothing_of_others(self) -> None:
        online = self.online()
        for client in self.clients:
            watched = () if client.user is None else client.user.watchlist
            assert client.told == {
                user_id: "online" if user_id in online else "offline" for user_id in watched
            }

    @invariant()
    def nobody_is_told_the_same_twice(self) -> None:
        for client in self.clients:
            for user_id in USERS:
                states = [name for name, user_ids in client.heard if user_id in user_ids]
                assert all(before != after for before, after in itertools.pairwise(states))


TestOffice = Office.TestCase
TestOffice.settings = settings(deadline=None, max_examples=100, stateful_step_count=40)
