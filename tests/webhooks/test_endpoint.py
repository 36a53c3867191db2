"""Webhooks over HTTP, to a receiver that is up, down, slow or unwilling."""

from __future__ import annotations

import gzip
import json
import logging
import os
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing import get_context
from typing import Any

import pytest

from onair.protocol.app import App, Webhook
from onair.protocol.notices import (
    ChannelOccupied,
    ClientEventSent,
    MemberAdded,
    MemberRemoved,
    SubscriptionsCounted,
)
from onair.webhooks.counters import Counters
from onair.webhooks.endpoint import Endpoint
from onair.webhooks.schedule import Pace
from tests.server.clients import wait_until
from tests.webhooks.receiver import APP, PATIENCE, Receiver, answers, receiving

#: Retries that come at once.
QUICK = Pace(first_pause=0.01, longest_pause=0.01)

OCCUPIED = ChannelOccupied("presence-a")
ADDED = MemberAdded("presence-a", "7")

Make = Callable[..., Endpoint]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes endpoints, and ends them."""
    made: list[Endpoint] = []

    def make(app: App, pace: Pace = QUICK) -> Endpoint:
        made.append(Endpoint(app, app.webhooks[0], pace))
        return made[-1]

    yield make
    for endpoint in made:
        endpoint.end(time.monotonic() + PATIENCE)
        endpoint.join()


def counted(endpoint: Endpoint, **expected: int) -> None:
    """Wait until these were counted, and nothing else."""
    wait_until(lambda: endpoint.counters == Counters(**expected), f"{expected} are counted")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


def test_a_notice_is_posted_as_a_signed_event(receiver: Receiver, make: Make) -> None:
    endpoint = make(receiver.app())
    before = time.time_ns() // 1_000_000
    endpoint.put(ClientEventSent("presence-a", "client-typing", '{"at":"ü"}', "1.2", user_id="7"))
    request = receiver.next()
    body = json.loads(request.body)
    assert body == {
        "time_ms": body["time_ms"],
        "events": [
            {
                "name": "client_event",
                "channel": "presence-a",
                "event": "client-typing",
                "data": '{"at":"ü"}',
                "socket_id": "1.2",
                "user_id": "7",
            }
        ],
    }
    assert before <= body["time_ms"] <= time.time_ns() // 1_000_000
    assert request.path == "/hook?token=t"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["X-Pusher-Key"] == APP.key
    counted(endpoint, sent=1)


def held_back(receiver: Receiver, endpoint: Endpoint) -> None:
    """Post one notice, and gather others while the receiver has not answered."""
    gathered = threading.Event()
    receiver.answer = lambda request: 200 if gathered.wait(PATIENCE) else 500
    endpoint.put(OCCUPIED)
    wait_until(lambda: not endpoint._inbox, "the first is on its way")
    endpoint.put(ADDED)
    endpoint.put(SubscriptionsCounted("presence-a", 3))
    gathered.set()


def test_what_gathered_while_a_request_was_under_way_goes_in_one(receiver: Receiver, make: Make) -> None:
    endpoint = make(receiver.app())
    held_back(receiver, endpoint)
    assert [len(receiver.next().events) for _ in range(2)] == [1, 2]
    counted(endpoint, sent=3)


def test_without_batching_each_event_has_a_request_of_its_own(receiver: Receiver, make: Make) -> None:
    endpoint = make(receiver.app(batch=False))
    held_back(receiver, endpoint)
    requests = [receiver.next() for _ in range(3)]
    assert [event["name"] for request in requests for event in request.events] == [
        "channel_occupied",
        "member_added",
        "subscription_count",
    ]
    assert len({request.connection for request in requests}) == 1


def test_a_webhook_wants_what_it_names(receiver: Receiver, make: Make) -> None:
    endpoint = make(receiver.app(notices=frozenset({"member_added"})))
    assert endpoint.wants("member_added")
    assert not endpoint.wants("member_removed")


@pytest.mark.parametrize("status", [500, 404, 301, 429, 503, 0])
def test_what_is_not_taken_is_sent_again_byte_for_byte(status: int, receiver: Receiver, make: Make) -> None:
    receiver.answer = answers(status, status, status)
    endpoint = make(receiver.app())
    endpoint.put(OCCUPIED)
    requests = [receiver.next() for _ in range(4)]
    assert len({request.body for request in requests}) == 1
    assert len({request.headers["X-Pusher-Signature"] for request in requests}) == 1
    assert {request.path for request in requests} == {"/hook?token=t"}
    counted(endpoint, sent=1, retried=3)


def test_one_that_is_never_taken_holds_up_nobody(receiver: Receiver, make: Make) -> None:
    receiver.answer = lambda request: 500 if b"presence-a" in request.body else 200
    endpoint = make(receiver.app())
    endpoint.put(OCCUPIED)
    receiver.next()
    endpoint.put(ChannelOccupied("presence-b"))
    while receiver.next().events[0]["channel"] != "presence-b":
        pass
    wait_until(lambda: endpoint.counters.sent == 1, "the other one is counted")


def test_what_was_noticed_while_the_receiver_was_down_follows_in_order(make: Make) -> None:
    port = free_port()
    app = replace(APP, webhooks=(Webhook(url=f"http://127.0.0.1:{port}"),))
    endpoint = make(app)
    endpoint.put(OCCUPIED)
    wait_until(lambda: endpoint.counters.retried, "it was tried again")
    endpoint.put(ADDED)
    endpoint.put(MemberRemoved("presence-a", "7"))
    with receiving(port) as receiver:
        names = [event["name"] for event in receiver.events(3)]
    assert names == ["channel_occupied", "member_added", "member_removed"]


def test_a_receiver_that_is_slow_is_not_waited_for_longer_than_agreed(receiver: Receiver, make: Make) -> None:
    asleep = threading.Event()
    times = iter([asleep])

    def sleep_once(request: Any) -> int:
        for event in times:
            event.wait(PATIENCE)
        return 200

    receiver.answer = sleep_once
    endpoint = make(receiver.app(), replace(QUICK, answer=0.3))
    endpoint.put(OCCUPIED)
    second = receiver.next()
    asleep.set()
    assert second.body == receiver.next().body
    wait_until(lambda: endpoint.counters.sent == 1, "the second try is counted")


@pytest.mark.parametrize("fields", [{}, {"Content-Encoding": "gzip"}], ids=["long", "packed"])
def test_an_answer_takes_little_memory_however_long_it_is(
    fields: dict[str, str], receiver: Receiver, make: Make
) -> None:
    long = bytes(30_000_000)
    receiver.fields, receiver.text = fields, gzip.compress(long) if fields else long
    endpoint = make(receiver.app())
    tracemalloc.start()
    try:
        endpoint.put(OCCUPIED)
        counted(endpoint, sent=1)
        assert tracemalloc.get_traced_memory()[1] < len(long) / 10
    finally:
        tracemalloc.stop()
    endpoint.put(ADDED)
    counted(endpoint, sent=2)


def test_what_is_not_taken_in_its_time_is_given_up_and_said_once(
    receiver: Receiver, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.answer = answers(500, 500)
    endpoint = make(receiver.app(), replace(QUICK, connect=1, answer=1, late=297.9))  # last try: 0.1 s
    with caplog.at_level(logging.INFO, "onair.webhooks"):
        receiver.answer = lambda request: 500
        endpoint.put(OCCUPIED)
        wait_until(lambda: endpoint.counters.failed, "it is given up")
        receiver.answer = lambda request: 200
        endpoint.put(ADDED)
        wait_until(lambda: endpoint.counters.sent, "the next one is taken")
        wait_until(lambda: len(caplog.records) >= 3, "all is said")
    said = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert [level for level, _ in said] == ["WARNING", "ERROR", "INFO"]
    assert "answered 500: not today" in said[0][1]
    assert all(f"http://127.0.0.1:{receiver.port}/hook" in message for _, message in said)
    assert not any("token" in message for _, message in said)


def test_at_the_end_what_waits_is_tried_once_more(receiver: Receiver, make: Make) -> None:
    receiver.answer = answers(500)
    endpoint = make(receiver.app(), Pace())
    endpoint.put(OCCUPIED)
    first = receiver.next()
    endpoint.end(time.monotonic() + PATIENCE)
    endpoint.join()
    assert receiver.next().body == first.body
    assert endpoint.counters == Counters(sent=1, retried=1)


def test_at_the_end_what_is_not_taken_is_given_up(
    receiver: Receiver, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.answer = lambda request: 503
    endpoint = make(receiver.app(), Pace())
    endpoint.put(OCCUPIED)
    receiver.next()
    endpoint.end(time.monotonic() + PATIENCE)
    endpoint.join()
    assert endpoint.counters == Counters(failed=1, retried=1)
    assert "before 1 event" in caplog.text


@pytest.mark.parametrize("status", [429, 502, 503, 504, 0])
def test_at_the_end_a_receiver_that_is_down_is_tried_once(
    status: int, receiver: Receiver, make: Make
) -> None:
    receiver.answer = lambda request: status
    endpoint = make(receiver.app(batch=False), Pace())
    for notice in (OCCUPIED, ADDED, OCCUPIED):
        endpoint.put(notice)
    receiver.next()
    endpoint.end(time.monotonic() + PATIENCE)
    endpoint.join()
    assert endpoint.counters == Counters(failed=3, retried=1)
    assert receiver.requests.qsize() == 1


def test_an_error_of_ours_does_not_end_the_thread(
    receiver: Receiver, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint = make(receiver.app())
    endpoint.put(ChannelOccupied("\ud800"))  # no channel has such a name, and nothing can encode it
    wait_until(lambda: "an error of django-onair" in caplog.text, "it is logged")
    endpoint.put(OCCUPIED)
    assert receiver.next().events == [{"name": "channel_occupied", "channel": "presence-a"}]


def test_a_receiver_that_took_nothing_is_not_said_to_be_well(
    receiver: Receiver, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.answer = lambda request: 500
    endpoint = make(receiver.app(), replace(QUICK, connect=1, answer=1, late=297.9))
    with caplog.at_level(logging.INFO, "onair.webhooks"):
        for number in (1, 2):
            endpoint.put(OCCUPIED)
            wait_until(lambda number=number: endpoint.counters.failed == number, "it is given up")
    endpoint.end(time.monotonic() + PATIENCE)
    endpoint.join()
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]


def test_an_endpoint_that_had_nothing_to_do_has_no_thread(receiver: Receiver, make: Make) -> None:
    endpoint = make(receiver.app())
    endpoint.end(time.monotonic() + PATIENCE)
    endpoint.join()
    assert endpoint._thread is None


def _post_in_child(endpoint: Endpoint) -> None:
    endpoint.put(OCCUPIED)
    endpoint.end(time.monotonic() + PATIENCE)
    endpoint.join()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_an_endpoint_that_was_made_before_a_fork_works_in_the_child(receiver: Receiver, make: Make) -> None:
    child = get_context("fork").Process(target=_post_in_child, args=(make(receiver.app()),))
    child.start()
    assert receiver.next().events == [{"name": "channel_occupied", "channel": "presence-a"}]
    child.join(PATIENCE)


def test_a_login_in_the_url_is_sent_and_not_logged(
    receiver: Receiver, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.answer = answers(500)
    url = f"http://anna:se%40cret@127.0.0.1:{receiver.port}/hook"
    endpoint = make(replace(APP, webhooks=(Webhook(url=url),)))
    endpoint.put(OCCUPIED)
    assert receiver.next().headers["Authorization"] == "Basic YW5uYTpzZUBjcmV0"
    counted(endpoint, sent=1, retried=1)
    assert "cret" not in caplog.text
