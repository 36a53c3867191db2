"""A process of a site whose processes share an engine. Each script is a site of its own that is no test."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

import onair
from onair import conf
from onair.engines import local
from onair.engines.base import Follow, Join, Since
from onair.engines.entries import EVERYBODY, HANDED, event_of, handed_of
from onair.engines.urls import EngineUrl
from onair.protocol.member import Member
from onair.protocol.publication import Publication
from onair.publishing import dispatch, presence
from onair.publishing.routes import Routes
from onair.publishing.stats import Stats
from tests.publishing.conftest import Counting, outgoing
from tests.publishing.engines import Shared
from tests.publishing.receiver import PATIENCE
from tests.publishing.subscriber import BOUNDS, NODE, ROOM, Subscriber, subscribing
from tests.publishing.test_outage import COUNT, running
from tests.redis_server import RedisServers
from tests.shared_name import shared_name

Python = Callable[..., "subprocess.CompletedProcess[str]"]


def test_a_script_that_ends_at_once_loses_nothing_and_keeps_the_order(
    python: Python, shared: Shared, subscriber: Subscriber
) -> None:
    script = """
import atexit
atexit.register(onair.publish, "room", "last")
for n in range(1_200):
    onair.publish("room", str(n))
"""
    result = python(script, URL=shared.url)
    assert subscriber.names(1_201) == [*(str(n) for n in range(1_200)), "last"]
    assert not subscriber.has_more()
    assert result.stderr == ""


def test_a_transaction_is_waited_for_and_a_rollback_sends_nothing(
    python: Python, shared: Shared, subscriber: Subscriber
) -> None:
    script = """
from django.db import transaction
with transaction.atomic(), onair.batch():
    for n in range(3):
        onair.publish("room", str(n))
    try:
        with transaction.atomic():
            onair.publish("room", "of the rollback")
            raise ValueError
    except ValueError:
        pass
"""
    python(script, URL=shared.url)
    assert subscriber.names(3) == ["0", "1", "2"]
    assert not subscriber.has_more()


def test_a_forked_child_publishes_by_itself_each_event_once(
    python: Python, shared: Shared, subscriber: Subscriber
) -> None:
    script = """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)
from onair.publishing import dispatch
dispatch.hand_over_now("live", b"so that there is a connection")
onair.publish("room", "parent 0")
child = os.fork()
name = "parent" if child else "child"
for n in range(1, 100):
    onair.publish("room", f"{name} {n}")
if child:
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""
    result = python(script, URL=shared.url)
    arrived = subscriber.names(199)
    assert [name for name in arrived if "parent" in name] == [f"parent {n}" for n in range(100)]
    assert [name for name in arrived if "child" in name] == [f"child {n}" for n in range(1, 100)]
    assert not subscriber.has_more()
    assert result.stderr == ""


def test_a_process_that_holds_sockets_goes_the_same_way_as_all_others(
    python: Python, shared: Shared, subscriber: Subscriber
) -> None:
    script = """
from onair.engines import local
got = []
local.register("1", lambda app_id, publications: got.extend(publications), lambda *asked: [])
onair.publish("room", "message")
import atexit
atexit._run_exitfuncs()
print(got)
"""
    assert python(script, URL=shared.url).stdout == "[]\n"
    assert subscriber.names(1) == ["message"]


def test_what_is_handed_over_goes_to_all_among_the_events(
    python: Python, shared: Shared, subscriber: Subscriber
) -> None:
    subscriber.follow(EVERYBODY)
    script = """
from onair.engines.origin import origin
from onair.publishing import dispatch
onair.publish("room", "0")
dispatch.hand_over("changes", b"1")
onair.publish("room", "2")
dispatch.hand_over("changes", b"3")
print(origin())
"""
    result = python(script, URL=shared.url)
    assert subscriber.names(2) == ["0", "2"]
    lines = [handed_of(body) for body in subscriber.bodies(2, EVERYBODY, HANDED)]
    assert [(each.name, each.line) for each in lines] == [("changes", b"1"), ("changes", b"3")]
    assert {each.origin for each in lines} == {result.stdout.strip()}


def test_what_is_handed_over_now_is_there_when_the_call_returns(
    python: Python, shared: Shared, subscriber: Subscriber
) -> None:
    subscriber.follow(EVERYBODY)
    script = """
from onair.publishing import dispatch
dispatch.hand_over_now("live", b"a line")
print(stats.read().sent)
os._exit(0)  # and nothing is sent at the end
"""
    python(script, URL=shared.url)
    [body] = subscriber.bodies(1, EVERYBODY, HANDED)
    assert handed_of(body).line == b"a line"


ASK = """
print([(member.id, member.info) for member in onair.members("presence-room", timeout=0.5)])
"""


def test_a_process_without_sockets_learns_who_is_on_a_channel(
    python: Python, shared: Shared, subscriber: Subscriber
) -> None:
    subscriber.follow("presence-room")
    subscriber.do(Join("presence-room", NODE, Member("7", '{"name":"Zoë"}'.encode())))
    subscriber.do(Join("presence-room", NODE, Member("8")))
    ask = (
        ASK
        + "from asgiref.sync import async_to_sync\nprint(async_to_sync(onair.amembers)('presence-nobody'))"
    )
    result = python(ask, URL=shared.url)
    assert result.stdout == "[('7', {'name': 'Zoë'}), ('8', None)]\n[]\n"
    assert result.stderr == ""


def test_who_is_there_is_not_known_while_the_engine_is_gone_and_the_log_says_why(
    python: Python, redis_servers: RedisServers
) -> None:
    server = redis_servers.start()
    server.pause()
    result = python(ASK * 5, URL=server.url)
    assert result.stdout == "[]\n" * 5
    assert "does not answer in time. So nobody seems to be on presence-room." in result.stderr


def test_a_site_is_not_held_up_by_an_engine_that_is_gone_and_what_waited_arrives_once_in_order(
    python: Python, redis_servers: RedisServers
) -> None:
    server = redis_servers.start(appendonly="yes", appendfsync="always")
    script = f"""
onair.publish("room", "before")
test.recv(1)
for n in range(700):
    onair.publish("room", str(n))
{COUNT}
print(now.sent, now.dropped, now.expired, now.failed, now.waiting)
"""
    with running(python, ("", ""), 0, script, URL=server.url) as site:
        with subscribing(server.url) as subscriber:
            assert subscriber.names(1) == ["before"]
            number = subscriber.do(Follow(ROOM, NODE, 1)).number
        server.stop()
        site.go_on()
        site.wait_for(b"d")
        server.start()
        site.wait_for(b".")  # it answers again
        site.go_on()
        result = site.result.result(3 * PATIENCE)
    with closing(EngineUrl(server.url).connect(shared_name("a secret"), BOUNDS)) as client:
        arrived = client.do(Since(ROOM, number), PATIENCE)
    assert arrived is not None
    assert [event_of(entry.body).name for entry in arrived] == [str(n) for n in range(700)]
    assert result.stdout == "701 0 0 0 0\n"
    assert result.stderr.count("Events wait until it answers") == 1
    assert "nothing listens there" in result.stderr


@pytest.fixture
def published() -> Iterator[list[Publication]]:
    """Be the server in this process."""
    publications: list[Publication] = []
    local.register(conf.app().id, lambda app_id, more: publications.extend(more), lambda *asked: [])
    yield publications
    local.unregister(conf.app().id)


def test_in_tests_the_engine_of_the_settings_is_left_alone(
    shared: Shared,
    subscriber: Subscriber,
    published: list[Publication],
    settings: Any,
    counted: Counting,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(presence, "_guard", presence._Guard())
    settings.ONAIR = {"URL": shared.url}
    subscriber.follow("presence-room")
    subscriber.do(Join("presence-room", NODE, Member("7")))
    onair.publish("room", "message")
    Routes().deliver([outgoing("another", channels=("room",))])
    dispatch.hand_over_now("live", b"a line")
    assert [publication.event for publication in published] == ["message", "another"]
    assert onair.members("presence-room") == []
    assert counted() == Stats(sent=2, dropped=1)
    assert not subscriber.has_more()
