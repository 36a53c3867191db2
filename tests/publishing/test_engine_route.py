"""Events through what a site's processes share: all of them, in their order, each once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from onair.engines.base import Bounds, States
from onair.engines.entries import EVERYBODY, HANDED, Event, Handed, event_of, handed_of
from onair.engines.origin import origin
from onair.engines.urls import EngineUrl
from onair.publishing import engine_client
from onair.publishing.engine_client import Share
from onair.publishing.engine_route import MOST_BYTES, MOST_ENTRIES, EngineRoute, Sent
from onair.publishing.event import Outgoing
from onair.publishing.handover import Handover
from onair.publishing.route import NotThere, Outage, Unavailable, attempt
from onair.publishing.stats import Stats
from tests.publishing.conftest import Counting, outgoing
from tests.publishing.engines import Shared
from tests.publishing.lossy import Lossy
from tests.publishing.sealed import opened
from tests.publishing.subscriber import BOUNDS, Subscriber, subscribing
from tests.redis_server import RedisServer, RedisServers
from tests.shared_name import shared_name

Connect = Callable[..., EngineRoute]


@pytest.fixture(autouse=True)
def clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Begin each test without connections, and end it without."""
    clients = engine_client.Clients()
    monkeypatch.setattr(engine_client, "_clients", clients)
    yield
    clients.close()


@pytest.fixture
def network(shared: Shared) -> Iterator[Lossy]:
    with shared.through_lossy() as network:
        yield network


def route_to(url: str) -> EngineRoute:
    return EngineRoute(Share(EngineUrl(url), shared_name("a secret"), BOUNDS), cache_seconds=1_800)


def through(network: Lossy) -> EngineRoute:
    """Return a route whose connection is made, so that what is lost next is of an event."""
    route = route_to(network.url)
    assert attempt(route, [outgoing("first")]) is None
    return route


def numbered(number: int) -> list[Sent]:
    return [outgoing(str(n), channels=("room",)) for n in range(number)]


def nothing_follows(subscriber: Subscriber, route: EngineRoute) -> bool:
    """Whether the next that arrives is the next that is sent."""
    assert attempt(route, [outgoing("the last", channels=("room",))]) is None
    return subscriber.names(1) == ["the last"] and not subscriber.has_more()


def test_an_event_reaches_its_channels_with_its_data_and_without_its_own_socket(
    shared: Shared, subscriber: Subscriber, counted: Counting
) -> None:
    subscriber.follow("private-hall")
    event = outgoing("message", {"text": "zoë"}, channels=("room", "private-hall"), socket_id="1.2")
    assert attempt(route_to(shared.url), [event]) is None
    for channel in event.channels:
        [body] = subscriber.bodies(1, channel)
        assert event_of(body) == Event("message", '{"text":"zoë"}', "1.2")
    assert counted() == Stats(sent=1)


def test_an_encrypted_event_leaves_encrypted(shared: Shared, subscriber: Subscriber) -> None:
    channel = "private-encrypted-room"
    subscriber.follow(channel)
    assert attempt(route_to(shared.url), [outgoing("e", {"a": 1}, channels=(channel,))]) is None
    [body] = subscriber.bodies(1, channel)
    assert opened(channel, event_of(body).data) == '{"a":1}'


def test_what_is_handed_over_among_the_events_arrives_for_all_and_says_whose_it_is(
    shared: Shared, subscriber: Subscriber
) -> None:
    items: list[Sent] = [*numbered(2), Handover("changes", b"a line"), *numbered(1)]
    subscriber.follow(EVERYBODY)
    assert attempt(route_to(shared.url), items) is None
    [body] = subscriber.bodies(1, EVERYBODY, HANDED)
    assert handed_of(body) == Handed("changes", b"a line", origin())
    assert subscriber.names(3) == ["0", "1", "0"]


def test_the_last_event_of_a_cache_channel_is_kept_also_while_nobody_follows(
    shared: Shared, subscriber: Subscriber
) -> None:
    channels = ("cache-price", "price")
    events = [outgoing(str(n), channels=channels) for n in range(2)]
    assert attempt(route_to(shared.url), events) is None
    cached, plain = subscriber.do(States(channels))
    assert cached.kept is not None
    assert event_of(cached.kept.body).name == "1"
    assert 1_700 < cached.kept.seconds_left <= 1_800
    assert plain.kept is None


CHUNKS = [
    ([1] * MOST_ENTRIES, 10, [MOST_ENTRIES]),
    ([1] * (MOST_ENTRIES + 1), 10, [MOST_ENTRIES, 1]),
    ([100] * 6, 10, [5, 1]),
    ([1] * 3, MOST_BYTES // 2, [2, 1]),
    ([1] * 2, 2 * MOST_BYTES, [1, 1]),
    ([2, 1, 1], MOST_BYTES // 2, [1, 2]),
    ([], 0, []),
]


@pytest.mark.parametrize(("channels", "size", "parts"), CHUNKS)
def test_what_is_said_at_once_has_bounds(channels: list[int], size: int, parts: list[int]) -> None:
    events: list[Sent] = [
        Outgoing(tuple(f"room-{n}" for n in range(number)), "e", "null", size) for number in channels
    ]
    chunks = list(route_to("redis://localhost").chunks(events))
    assert [len(chunk) for chunk in chunks] == parts
    assert [item for chunk in chunks for item in chunk] == events


#: A connection that was kept is tried once more at once, by another one: that is lost as well.
TWICE = 2

LOSSES = ["request", "reply"]


@pytest.mark.parametrize("lose", LOSSES)
def test_a_connection_that_broke_is_made_again_at_once(
    network: Lossy, subscriber: Subscriber, lose: str
) -> None:
    route = through(network)
    network.lose(lose)
    assert attempt(route, numbered(3)) is None
    assert subscriber.names(3) == ["0", "1", "2"]
    assert nothing_follows(subscriber, route)


@pytest.mark.parametrize("lose", LOSSES)
def test_an_event_arrives_once_when_the_connection_breaks_around_it(
    network: Lossy, subscriber: Subscriber, lose: str
) -> None:
    route, events = through(network), numbered(5)
    network.lose(lose, TWICE)
    failed = attempt(route, events)
    assert failed is not None
    assert failed.left == 5
    # As the sender does while it knows the server to be down: one event, and then all others.
    assert attempt(route, events[:1]) is None
    assert attempt(route, [*events[1:], *numbered(2)]) is None
    assert subscriber.names(7) == ["0", "1", "2", "3", "4", "0", "1"]
    assert nothing_follows(subscriber, route)


@pytest.mark.parametrize(
    ("lose", "arrive"), [("reply", ["0", "1", "2", "3", "4"]), ("request", ["2", "3", "4"])]
)
def test_what_the_queue_had_no_room_for_is_passed_over_and_the_rest_arrives_once(
    network: Lossy, subscriber: Subscriber, lose: str, arrive: list[str]
) -> None:
    route, events = through(network), numbered(5)
    network.lose(lose, TWICE)
    assert attempt(route, events) is not None
    assert attempt(route, events[2:]) is None
    assert subscriber.names(len(arrive)) == arrive
    assert nothing_follows(subscriber, route)


def test_what_is_not_known_of_is_remembered_while_less_of_it_is_said_again(
    network: Lossy, subscriber: Subscriber
) -> None:
    route, events = through(network), numbered(7)
    network.lose("reply", TWICE)
    assert attempt(route, events[:5]) is not None
    network.lose("request")
    assert attempt(route, events[:1]) is not None
    # Meanwhile the queue drops some: that they had arrived, only their numbers say.
    assert attempt(route, events[3:]) is None
    assert subscriber.names(7) == ["0", "1", "2", "3", "4", "5", "6"]
    assert nothing_follows(subscriber, route)


@pytest.mark.parametrize("lose", LOSSES)
def test_what_follows_after_all_was_given_up_arrives_once(
    network: Lossy, subscriber: Subscriber, lose: str
) -> None:
    route = through(network)
    network.lose(lose, TWICE)
    assert attempt(route, numbered(3)) is not None
    assert attempt(route, [outgoing("another", channels=("room",))]) is None
    assert subscriber.names(4 if lose == "reply" else 1)[-1] == "another"
    assert nothing_follows(subscriber, route)


def test_an_event_for_several_channels_arrives_once_on_each(network: Lossy, subscriber: Subscriber) -> None:
    subscriber.follow("hall")
    route = through(network)
    events: list[Sent] = [outgoing(str(n), channels=("room", "hall", "nobody-is-here")) for n in range(3)]
    network.lose("reply", TWICE)
    assert attempt(route, events) is not None
    network.lose("reply")
    assert attempt(route, events[:1]) is not None
    assert attempt(route, events) is None
    for channel in ("room", "hall"):
        assert subscriber.names(3, channel) == ["0", "1", "2"]
    assert nothing_follows(subscriber, route)


def test_what_was_asked_of_an_engine_that_stood_still_is_done_once(redis_servers: RedisServers) -> None:
    server = redis_servers.start()
    with subscribing(server.url) as subscriber:
        route, events = route_to(server.url), numbered(3)
        assert attempt(route, numbered(1)) is None
        server.pause()
        with pytest.raises(Unavailable, match="does not answer in time"):
            route.post(events, 0.05)
        server.resume()
        assert attempt(route, events) is None
        assert subscriber.names(4) == ["0", "0", "1", "2"]
        assert nothing_follows(subscriber, route)


def test_an_engine_that_has_forgotten_all_takes_what_comes(redis_server: RedisServer) -> None:
    route = route_to(redis_server.url)
    with subscribing(redis_server.url) as subscriber:
        assert attempt(route, numbered(2)) is None
        assert subscriber.names(2) == ["0", "1"]
        redis_server.cli("FLUSHALL")
        subscriber.follow("hall")
        assert attempt(route, [outgoing("after", channels=("hall",))]) is None
        assert subscriber.names(1, "hall") == ["after"]


def test_an_engine_that_is_gone_is_unavailable_and_says_why(redis_servers: RedisServers) -> None:
    server = redis_servers.make()
    outage = attempt(route_to(server.url), numbered(2))
    assert isinstance(outage, Outage)
    assert outage.left == 2
    assert type(outage.error) is Unavailable
    assert "nothing listens there" in str(outage.error)
    assert str(outage.error).endswith(".")


def test_an_engine_that_refuses_is_asked_again_later_and_the_remedy_is_said(
    redis_servers: RedisServers,
) -> None:
    server = redis_servers.start(requirepass="a-secret")
    outage = attempt(route_to(f"redis://:wrong@127.0.0.1:{server.port}/0"), numbered(2))
    assert isinstance(outage, Outage)
    assert isinstance(outage.error, NotThere)
    assert "the password in the URL is wrong" in str(outage.error)
    assert "a-secret" not in str(outage.error)


def test_a_url_that_the_engine_cannot_read_is_said_as_what_it_refuses() -> None:
    outage = attempt(route_to("redis://localhost/0?unknown=1"), numbered(1))
    assert isinstance(outage, Outage)
    assert isinstance(outage.error, NotThere)
    assert "no option unknown" in str(outage.error)


def test_a_connection_is_kept_and_made_again_for_another_share(redis_server: RedisServer) -> None:
    def connections() -> int:
        return redis_server.cli("CLIENT", "LIST").count("\n") + 1

    alone = connections()
    route = route_to(redis_server.url)
    for _ in range(3):
        assert attempt(route, numbered(1)) is None
    assert connections() == alone + 1
    other = EngineRoute(Share(EngineUrl(redis_server.url), "2", Bounds(1, 1)), cache_seconds=1)
    assert attempt(other, numbered(1)) is None
    assert connections() == alone + 1


def test_the_child_of_a_fork_has_an_origin_of_its_own() -> None:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, origin().encode())
        os._exit(0)
    os.waitpid(child, 0)
    with os.fdopen(read, "rb") as from_child, os.fdopen(write, "wb"):
        assert from_child.read(16).decode() not in {"", origin()}
