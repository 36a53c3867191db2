"""Whatever happens to two nodes, their pages are told the same, once and in order, and nothing stays."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from onair.engines import entries
from onair.engines.base import Append, EngineDown, Entry, Members, Occupied, Publish, Reap, Since, States
from onair.engines.urls import EngineUrl
from onair.protocol.connection import ClientEvent
from onair.protocol.member import Member
from onair.protocol.messages import Resume
from onair.protocol.publication import Publication
from tests.engines.sharing.nodes import WAIT, Cut, Page, Share, Site, number_of, user
from tests.lone_engines import LONE_ENGINES
from tests.redis_server import RedisServer

PLAIN, ROOM = ("news", "private-news"), "presence-room"
CHANNELS = (*PLAIN, ROOM)
USERS = ("ann", "ben", "cleo")

#: How many machines are run, and how long each is. More of them: SHARING_EXAMPLES=200.
EXAMPLES = int(os.environ.get("SHARING_EXAMPLES", "4"))
STEPS = 25

places = st.integers(0, 1)
channels = st.sampled_from(CHANNELS)
user_ids = st.sampled_from(USERS)


class Client:
    """A page in its place, and what it should be."""

    def __init__(self, place: int) -> None:
        self.place = place
        self.page = Page()
        self.members: dict[str, Member | None] = {}  # its subscriptions, each with who it is there
        self.user: str | None = None
        self.watchlist: tuple[str, ...] = ()
        self.resumes: set[str] = set()  # the channels on which it has positions


class Sharing(RuleBasedStateMachine):
    """Two nodes, and pages that come and go, while connections are cut and nodes die."""

    def __init__(self, url: EngineUrl, cut: Cut) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.cut_one = cut
        self.site = Site(url, subscription_counts=True)
        self.shares: list[Share] = list(self.run(self.site.both()))
        self.clients = [Client(place) for place in (0, 0, 1, 1)]
        self.left: list[tuple[str, str]] = []  # channels, and the positions that pages had there
        self.events = 0

    def run(self, whole: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(whole)

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        """Call something in the loop, and let it go on a little: what follows crosses what is on its way."""

        async def whole() -> None:
            function(*arguments)
            await asyncio.sleep(0)

        self.run(whole())

    @rule(place=places)
    def come(self, place: int) -> None:
        if len(self.clients) < 6:
            self.clients.append(Client(place))

    @precondition(lambda self: self.clients)
    @rule(data=st.data(), channel=channels, resumes=st.booleans(), user_id=user_ids)
    def subscribe(self, data: st.DataObject, channel: str, resumes: bool, user_id: str) -> None:
        client = data.draw(st.sampled_from(self.clients))
        if channel in client.members:
            return
        member = Member(user_id, b'"%s"' % user_id.encode()) if channel == ROOM else None
        resume = None
        if resumes:
            before = [position for name, position in self.left if name == channel]
            resume = Resume(data.draw(st.sampled_from([None, *before])))
            client.resumes.add(channel)
        client.members[channel] = member
        self.call(self.node(client).subscribe, client.page, channel, member, resume)

    @precondition(lambda self: self.clients)
    @rule(data=st.data(), channel=channels)
    def unsubscribe(self, data: st.DataObject, channel: str) -> None:
        client = data.draw(st.sampled_from(self.clients))
        if channel in client.members:
            self.leave(client, channel)
            self.call(self.unsubscribe_now, client, channel)

    @precondition(lambda self: self.clients)
    @rule(data=st.data())
    def disconnect(self, data: st.DataObject) -> None:
        self.call(self.go, data.draw(st.sampled_from(self.clients)))

    @precondition(lambda self: self.clients)
    @rule(data=st.data(), user_id=user_ids, watchlist=st.lists(user_ids, unique=True, max_size=2))
    def sign_in(self, data: st.DataObject, user_id: str, watchlist: list[str]) -> None:
        client = data.draw(st.sampled_from(self.clients))
        client.user = client.user or user_id
        client.watchlist = tuple(watchlist)
        self.call(self.node(client).sign_in, client.page, user(client.user, *watchlist))

    @rule(place=places, channel=channels, data=st.data())
    def publish(self, place: int, channel: str, data: st.DataObject) -> None:
        self.events += 1
        exclude = data.draw(st.sampled_from([None, *[client.page.socket_id for client in self.clients]]))
        event = Publication((channel,), "event", str(self.events), exclude)
        self.call(self.shares[place].node.publish, [event])

    @precondition(lambda self: self.clients)
    @rule(data=st.data())
    def whisper(self, data: st.DataObject) -> None:
        client = data.draw(st.sampled_from(self.clients))
        self.events += 1
        if "private-news" in client.members:
            event = ClientEvent("private-news", "client-event", str(self.events))
            self.call(self.node(client).client_event, client.page, event)

    @rule(number=st.integers(0, 7))
    def cut(self, number: int) -> None:
        self.call(self.cut_one, number)

    @rule(place=places, also_lives=st.booleans())
    def reap(self, place: int, also_lives: bool) -> None:
        """A node dies, or is taken for dead; it comes back, or finds out."""
        other = self.shares[1 - place]
        self.run(self.connected())
        taken = self.shares[place]
        if not also_lives:
            self.run(taken.die())
            for client in [client for client in self.clients if client.place == place]:
                self.clients.remove(client)
                self.remember(client)
            self.site.shares.remove(taken)
        self.run(self.reap_by(other, taken))
        if also_lives:
            self.call(taken.node._life._beat)
        else:
            self.shares[place] = self.run(self.started())

    @rule()
    def settle(self) -> None:
        self.run(self.settled())

    @invariant()
    def what_each_page_has_seen_is_in_the_order_of_the_log(self) -> None:
        for client in self.clients:
            for channel, seen in client.page.seen.items():
                assert len(seen) == len({event for event, _ in seen}), (channel, seen)

    def teardown(self) -> None:
        try:
            self.run(self.settled())
            for channel in CHANNELS:
                self.check_log(channel)
            for client in tuple(self.clients):
                self.call(self.go, client)
            self.run(self.emptied())
            assert set(self.site.client.do(Occupied(), WAIT)) <= {entries.EVERYBODY}
        finally:
            self.run(self.site.close())
            self.loop.close()

    def node(self, client: Client) -> Any:
        return self.shares[client.place].node

    def unsubscribe_now(self, client: Client, channel: str) -> None:
        self.node(client).unsubscribe(client.page, channel)
        client.page.forget(channel)

    def leave(self, client: Client, channel: str) -> None:
        del client.members[channel]
        client.resumes.discard(channel)
        if channel in client.page.positions:
            self.left.append((channel, client.page.positions.pop(channel)))

    def remember(self, client: Client) -> None:
        for channel in tuple(client.members):
            self.leave(client, channel)

    def go(self, client: Client) -> None:
        self.clients.remove(client)
        names = tuple(client.members)
        self.remember(client)
        client.page.is_closed = True
        self.node(client).disconnect(client.page, names)

    async def connected(self) -> None:
        await self.site.until(lambda: all(share.node.is_connected for share in self.shares), "all are there")

    async def emptied(self) -> None:
        await self.site.until(lambda: not any(share.left_over() for share in self.shares), "nothing is left")

    async def started(self) -> Share:
        share = self.site.start()
        await self.site.until(lambda: share.node.is_connected, "it is connected")
        return share

    async def reap_by(self, other: Share, taken: Share) -> None:
        """Have a node reaped, as its life does where it does not see it beat."""
        while True:
            reply = other.node.engine.do(Reap(taken.node.id))
            try:
                await reply
            except EngineDown:
                await other.turn()
                continue
            other.node._life._has_reaped(reply)
            return

    async def settled(self) -> None:
        """Wait until every page knows what is so, and the engine does."""
        with suppress(AssertionError):
            await self.site.until(lambda: not self.wrong(), "all is as it should be")
        assert not self.wrong()

    def wrong(self) -> list[str]:
        """What is not as it should be."""
        truths = {
            "joined": all(client.page.joined == set(client.members) for client in self.clients),
            "signed in": all(client.page.is_signed_in == bool(client.user) for client in self.clients),
            "told of the watched": all(self.is_told(client) for client in self.clients),
            "members": self.are_members(),
            **{f"counted: {channel}": self.is_counted(channel) for channel in CHANNELS},
        }
        return [name for name, is_so in truths.items() if not is_so]

    def is_told(self, client: Client) -> bool:
        online = {other.user for other in self.clients}
        states = {watched: "online" if watched in online else "offline" for watched in client.watchlist}
        return {name: state for name, state in client.page.states.items() if name in states} == states

    def on(self, channel: str) -> list[Client]:
        return [client for client in self.clients if channel in client.members]

    def is_counted(self, channel: str) -> bool:
        count = len(self.on(channel))
        told = {client.page.counts.get(channel) for client in self.on(channel)} if channel != ROOM else set()
        (state,) = self.site.client.do(States((channel,)), WAIT)
        return state.count == count and told <= {count}

    def are_members(self) -> bool:
        there = {member.user_id for client in self.on(ROOM) if (member := client.members[ROOM]) is not None}
        return {member.user_id for member in self.site.client.do(Members(ROOM), WAIT)} == there and all(
            sorted(client.page.rosters.get(ROOM, ())) == sorted(there) for client in self.on(ROOM)
        )

    def check_log(self, channel: str) -> None:
        """Compare what each page has seen with the log: all from its joining on, in its order."""
        if not self.on(channel):
            return
        self.events += 1
        marker = self.events
        client = self.site.client
        client.do(marked(channel, marker), WAIT)
        self.run(
            self.site.until(
                lambda: all(marker in events_of(each, channel) for each in self.on(channel)), "it has come"
            )
        )
        log = client.do(Since(channel, 0), WAIT)
        assert log is not None
        said = [said_in(entry) for entry in log if entry.body[:1] in {entries.EVENT, entries.WHISPER}]
        for each in self.on(channel):
            self.check_page(each, channel, said)

    def check_page(self, client: Client, channel: str, said: list[tuple[int, bytes, entries.Event]]) -> None:
        page, seen = client.page, events_of(client, channel)
        theirs = [(number, kind, event) for number, kind, event in said if event.exclude != page.socket_id]
        if channel in client.resumes:
            since = number_of(page.began[channel])
            expected = [int(event.data) for number, kind, event in theirs if number > since and kind == b"e"]
            kept = {int(event.data) for _, kind, event in theirs if kind == b"e"}
            assert [event for event in seen if event in kept] == expected, (page.socket_id, channel, seen)
            for event, number in page.seen[channel]:
                found = [at for at, kind, each in said if each.data == str(event)]
                assert number is None or found == [number], (event, number, found)
        order = [int(event.data) for _, _, event in theirs]
        assert [event for event in order if event in seen] == seen, (page.socket_id, channel, seen, order)
        if channel not in client.resumes:
            assert order[order.index(seen[0]) :] == seen, (page.socket_id, channel, seen, order)


def marked(channel: str, number: int) -> Publish:
    """A marker, as a publisher writes it."""
    body = entries.Event("event", str(number)).encode()
    return Publish((Append(channel, body),), "model", number)


def said_in(entry: Entry) -> tuple[int, bytes, entries.Event]:
    return entry.number, entry.body[:1], entries.event_of(entry.body)


def events_of(client: Client, channel: str) -> list[int]:
    return [int(event) for event, _ in client.page.seen.get(channel, ())]


@pytest.fixture(params=sorted(LONE_ENGINES))
def engine(request: pytest.FixtureRequest) -> tuple[EngineUrl, Cut]:
    url = EngineUrl(request.getfixturevalue(LONE_ENGINES[request.param]))
    redis = request.getfixturevalue("redis_server") if request.param == "redis" else None
    return url, Cut(url, cast("RedisServer | None", redis))


def test_two_nodes_are_as_one(engine: tuple[EngineUrl, Cut]) -> None:
    run_state_machine_as_test(
        cast("type[Sharing]", lambda: Sharing(*engine)),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            report_multiple_bugs=False,
            phases=[Phase.generate],  # each attempt to make it smaller would wait in vain
            suppress_health_check=list(HealthCheck),
        ),
    )
