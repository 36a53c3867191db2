"""A real server, real clients, and a receiver that is told what they do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from queue import SimpleQueue

import pytest

from onair.protocol.app import App
from onair.protocol.notices import ClientEventSent, MemberAdded, MemberRemoved, Notice, name_of
from onair.protocol.signing import sign_channel
from onair.server.metrics import MEASURES
from onair.server.origins import OriginPolicy
from onair.server.server import Server
from onair.server.watch import Timings
from tests.server.clients import PATIENCE, Client, Site, wait_until
from tests.server.running import running
from tests.webhooks.receiver import APP, Receiver, answers

CREDENTIAL = APP.credentials[0]

#: Nobody is told of a leaving before the test ends, and at once.
LONG, SHORT = Timings(held=1000), Timings(held=0)

Start = Callable[[App, Timings], Site]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts servers, and ends them as a process does."""
    with ExitStack() as stack:

        def start(app: App, timings: Timings) -> Site:
            server = Server([app], origins=OriginPolicy(["*"]), timings=timings)
            stack.callback(server.join_telling)
            stack.callback(server.end_telling, PATIENCE)
            return stack.enter_context(running(server))

        yield start


def join(stack: ExitStack, site: Site, channel: str, user: str) -> Client:
    """A user who has joined a presence channel, until the stack ends."""
    client = Client(stack.enter_context(site.connect(f"/app/{APP.key}?protocol=7")))
    data = json.dumps({"user_id": user})
    auth = sign_channel(CREDENTIAL, client.established(), channel, data)
    answer = client.subscribe(channel, auth=auth, channel_data=data)
    assert answer["event"] == "pusher_internal:subscription_succeeded"
    return client


class Listener:
    """Somebody in the process who asked to be told."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.notices: SimpleQueue[Notice] = SimpleQueue()

    def wants(self, name: str) -> bool:
        return not self.names or name in self.names

    def put(self, notice: Notice) -> None:
        self.notices.put(notice)

    def end(self, deadline: float) -> None:
        pass

    def join(self) -> None:
        pass

    def next(self) -> Notice:
        return self.notices.get(timeout=PATIENCE)


def test_a_receiver_is_told_who_comes_and_goes(receiver: Receiver, start: Start) -> None:
    site = start(receiver.app(), SHORT)
    with ExitStack() as stack:
        join(stack, site, "presence-a", "7")
        join(stack, site, "presence-a", "8")
    events = receiver.events(6)
    left = sorted(event["user_id"] for event in events if event["name"] == "member_removed")
    assert events[:3] == [
        {"name": "channel_occupied", "channel": "presence-a"},
        {"name": "member_added", "channel": "presence-a", "user_id": "7"},
        {"name": "member_added", "channel": "presence-a", "user_id": "8"},
    ]
    assert left == ["7", "8"]
    assert events[5] == {"name": "channel_vacated", "channel": "presence-a"}


def test_a_page_that_reloads_is_no_news(receiver: Receiver, start: Start) -> None:
    site = start(receiver.app(), LONG)
    for _ in range(2):
        with ExitStack() as stack:
            join(stack, site, "presence-a", "7")
        wait_until(lambda: not site.connections(), "the page has gone")
    with ExitStack() as stack:
        join(stack, site, "presence-a", "7")
        join(stack, site, "presence-b", "7")
        events = receiver.events(4)
    assert [(event["name"], event["channel"]) for event in events] == [
        ("channel_occupied", "presence-a"),
        ("member_added", "presence-a"),
        ("channel_occupied", "presence-b"),
        ("member_added", "presence-b"),
    ]


def test_a_client_event_is_told_with_its_sender(receiver: Receiver, start: Start) -> None:
    notices = frozenset({"client_event"})
    site = start(replace(receiver.app(notices=notices), client_events=True), LONG)
    with ExitStack() as stack:
        client = join(stack, site, "presence-a", "7")
        client.send("client-typing", {"at": 1}, channel="presence-a")
        (event,) = receiver.events(1)
    assert (event["name"], event["event"], event["user_id"]) == ("client_event", "client-typing", "7")
    assert json.loads(event["data"]) == {"at": 1}


def test_cache_misses_and_counts_are_told(receiver: Receiver, start: Start) -> None:
    site = start(replace(receiver.app(), subscription_counts=True), LONG)
    with site.connect(f"/app/{APP.key}?protocol=7") as connection:
        client = Client(connection)
        client.established()
        client.subscribe("cache-a")
        events = receiver.events(3)
    assert events == [
        {"name": "channel_occupied", "channel": "cache-a"},
        {"name": "cache_miss", "channel": "cache-a"},
        {"name": "subscription_count", "channel": "cache-a", "subscription_count": 1},
    ]


def test_a_webhook_is_told_only_what_it_wants(receiver: Receiver, start: Start) -> None:
    site = start(receiver.app(notices=frozenset({"member_added", "channel_vacated"})), SHORT)
    with ExitStack() as stack:
        join(stack, site, "presence-a", "7")
    assert [event["name"] for event in receiver.events(2)] == ["member_added", "channel_vacated"]


def test_a_server_that_ends_tells_what_it_held_back(receiver: Receiver) -> None:
    server = Server([receiver.app()], origins=OriginPolicy(["*"]), timings=LONG)
    with running(server) as site, ExitStack() as stack:
        join(stack, site, "presence-a", "7")
        site.call(server.close_all)
    server.end_telling(PATIENCE)
    server.join_telling()
    events = receiver.events(4)
    assert [event["name"] for event in events[2:]] == ["member_removed", "channel_vacated"]
    assert server.served[APP.id].telling.counters.sent == 4


def test_somebody_in_the_process_can_be_told(start: Start) -> None:
    site = start(APP, SHORT)
    listener = Listener()
    site.call(site.server.served[APP.id].tell, listener)
    with ExitStack() as stack:
        join(stack, site, "presence-a", "7")
        assert [name_of(listener.next()) for _ in range(2)] == ["channel_occupied", "member_added"]
    assert [name_of(listener.next()) for _ in range(2)] == ["member_removed", "channel_vacated"]


def test_who_wants_one_of_a_pair_is_spared_a_reload_too(start: Start) -> None:
    site = start(APP, LONG)
    listener = Listener("member_added")
    site.call(site.server.served[APP.id].tell, listener)
    for user in ("7", "7", "8"):
        with ExitStack() as stack:
            join(stack, site, "presence-a", user)
        wait_until(lambda: not site.connections(), "the page has gone")
    assert [listener.next() for _ in range(2)] == [
        MemberAdded("presence-a", "7"),
        MemberAdded("presence-a", "8"),
    ]


def test_where_nobody_wants_to_know_nothing_is_held_and_no_timer_runs(start: Start) -> None:
    site = start(APP, LONG)
    telling = site.server.served[APP.id].telling
    assert site.server.served[APP.id].hub.notify is None
    site.call(site.server.served[APP.id].tell, Listener("client_event"))
    with ExitStack() as stack:
        join(stack, site, "presence-a", "7")
    wait_until(lambda: not site.connections(), "the page has gone")
    assert telling._timer is None
    assert telling._delay.due is None


class Broken(Listener):
    def put(self, notice: Notice) -> None:
        raise LookupError(notice)


def test_an_error_in_who_is_told_stays_out_of_the_loop(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    site = start(replace(APP, client_events=True), LONG)
    healthy = Listener("client_event")
    for teller in (Broken(), healthy):
        site.call(site.server.served[APP.id].tell, teller)
    with ExitStack() as stack:
        one, other = (join(stack, site, "presence-a", user) for user in "78")
        one.receive()
        one.send("client-typing", {}, channel="presence-a")
        assert other.receive()["event"] == "client-typing"
    assert isinstance(healthy.next(), ClientEventSent)
    assert "ClientEventSent" in caplog.text


def test_a_timer_that_went_with_its_loop_is_set_again(receiver: Receiver) -> None:
    listener = Listener("member_removed")
    server = Server([APP], origins=OriginPolicy(["*"]), timings=Timings(held=0.2))
    server.served[APP.id].tell(listener)
    with running(server) as site, ExitStack() as stack:
        join(stack, site, "presence-a", "7")
        site.call(server.close_all)
    with running(server):
        assert listener.next() == MemberRemoved("presence-a", "7")


def test_a_new_loop_gets_a_timer_for_what_the_old_one_held() -> None:
    loops = old, new = asyncio.new_event_loop(), asyncio.new_event_loop()
    server = Server([APP], origins=OriginPolicy(), timings=SHORT)
    listener = Listener("member_removed")
    server.served[APP.id].tell(listener)
    server.attach(old)
    server.served[APP.id].telling.notice(MemberRemoved("presence-a", "7"))
    old.close()
    server.attach(new)
    new.run_until_complete(asyncio.sleep(0))
    assert listener.next() == MemberRemoved("presence-a", "7")
    for loop in loops:
        loop.close()


def test_the_metrics_have_what_became_of_webhooks(receiver: Receiver, start: Start) -> None:
    receiver.answer = answers(503)
    site = start(receiver.app(), LONG)
    with ExitStack() as stack:
        join(stack, site, "presence-a", "7")
        receiver.events(2)
        telling = site.server.served[APP.id].telling
        wait_until(lambda: telling.counters.sent == 2, "both are counted")
        read = {measure.name: dict(measure.read(site.server)) for measure in MEASURES}
    assert read["onair_webhook_events_total"] == {
        (APP.id, "sent"): 2,
        (APP.id, "failed"): 0,
        (APP.id, "dropped"): 0,
    }
    assert read["onair_webhook_retries_total"] == {(APP.id,): 1}
