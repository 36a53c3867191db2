"""The signed HTTP API, over real sockets."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from onair.publishing.event import Outgoing
from onair.publishing.http_api import HttpApi
from onair.publishing.route import NotDelivered, Refused, Unavailable, attempt, deliver
from onair.publishing.stats import Stats
from tests.publishing.conftest import Counting, outgoing
from tests.publishing.receiver import APP, PATIENCE, Receiver, Request, receiving
from tests.publishing.sealed import opened

Connect = Callable[..., HttpApi]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Make routes that are closed with the test."""
    made: list[HttpApi] = []

    def make(base_url: str, batch: int = 10) -> HttpApi:
        made.append(HttpApi(APP, base_url, batch=batch))
        return made[-1]

    yield make
    for api in made:
        api.close()


def numbered(number: int, data: object = None) -> list[Outgoing]:
    return [outgoing(str(n), data) for n in range(number)]


def names(request: Request) -> list[str]:
    return [event["name"] for event in request.events]


def test_one_event_is_posted_with_its_data_as_a_string(receiver: Receiver, connect: Connect) -> None:
    deliver(
        connect(receiver.base_url),
        [outgoing("message", {"text": "zoë"}, channels=("a", "b"), socket_id="1.2")],
    )
    request = receiver.next()
    assert request.path == "/apps/42/events"
    data = request.body.pop("data")
    assert json.loads(data) == {"text": "zoë"}
    assert request.body == {"name": "message", "channels": ["a", "b"], "socket_id": "1.2"}


def test_an_encrypted_event_is_posted_encrypted_alone_and_in_a_batch(
    receiver: Receiver, connect: Connect
) -> None:
    channel = "private-encrypted-a"
    encrypted = outgoing("message", {"n": 1}, channels=(channel,))
    route = connect(receiver.base_url)
    for events in ([encrypted], [encrypted, outgoing("plain")]):
        deliver(route, events)
        posted = receiver.next().events[0]
        assert opened(channel, posted["data"]) == '{"n":1}'


def test_several_events_are_posted_in_batches_of_ten(
    receiver: Receiver, connect: Connect, counted: Counting
) -> None:
    deliver(connect(receiver.base_url), numbered(23))
    requests = [receiver.next() for _ in range(3)]
    assert [request.path for request in requests] == ["/apps/42/batch_events"] * 3
    assert [len(request.events) for request in requests] == [10, 10, 3]
    assert [name for request in requests for name in names(request)] == [str(n) for n in range(23)]
    assert requests[0].events[0] == {"name": "0", "data": "null", "channel": "c"}
    assert counted() == Stats(sent=23)


def test_a_server_that_takes_more_gets_more(receiver: Receiver, connect: Connect) -> None:
    deliver(connect(receiver.base_url, batch=500), numbered(23))
    assert len(receiver.next().events) == 23


def test_large_events_do_not_share_a_request(receiver: Receiver, connect: Connect) -> None:
    deliver(connect(receiver.base_url), numbered(3, "x" * 600_000))
    assert [len(receiver.next().events) for _ in range(3)] == [1, 1, 1]


def test_an_event_for_several_channels_is_posted_alone_and_in_its_place(
    receiver: Receiver, connect: Connect
) -> None:
    deliver(
        connect(receiver.base_url),
        [outgoing("1"), outgoing("2"), outgoing("3", channels=("a", "b")), outgoing("4")],
    )
    requests = [receiver.next() for _ in range(3)]
    assert [names(request) for request in requests] == [["1", "2"], ["3"], ["4"]]
    assert requests[1].body["channels"] == ["a", "b"]


def test_all_requests_use_one_connection(receiver: Receiver, connect: Connect) -> None:
    api = connect(receiver.base_url)
    for _ in range(3):
        deliver(api, numbered(2))
    assert len({receiver.next().connection for _ in range(3)}) == 1


def test_a_connection_that_the_server_dropped_is_made_again(
    receiver: Receiver, connect: Connect, counted: Counting
) -> None:
    answers = iter([200, 0, 200])
    receiver.answer = lambda request: next(answers)
    api = connect(receiver.base_url)
    deliver(api, [outgoing("first")])
    deliver(api, [outgoing("second")])
    assert [names(receiver.next()) for _ in range(3)] == [["first"], ["second"], ["second"]]
    assert counted() == Stats(sent=2)


def test_a_server_that_always_drops_the_connection_is_unreachable(
    receiver: Receiver, connect: Connect
) -> None:
    receiver.answer = lambda request: 0
    with pytest.raises(Unavailable, match="does not answer"):
        connect(receiver.base_url).post([outgoing()], 5)
    assert receiver.requests.qsize() == 2


def test_the_prefix_of_a_proxy_is_part_of_what_is_signed(connect: Connect) -> None:
    with receiving("/prefix") as receiver:
        connect(f"{receiver.base_url}/prefix").post([outgoing()], 5)
        assert receiver.next().path == "/apps/42/events"


def test_nobody_at_the_address_is_unreachable_and_says_what_to_do(
    connect: Connect, counted: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    api = connect(f"http://127.0.0.1:{port}")
    deliver(api, numbered(25))
    deliver(api, numbered(1))
    assert counted() == Stats(failed=26)
    [record] = caplog.records
    assert f"http://127.0.0.1:{port} does not answer" in record.getMessage()
    assert "refused" in record.getMessage()
    assert 'ONAIR["URL"]' in record.getMessage()
    assert "25 events were lost." in record.getMessage()


def test_a_server_that_does_not_answer_in_time_is_unreachable(connect: Connect) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(Unavailable, match="timed out"):
            connect(f"http://127.0.0.1:{port}").post([outgoing()], 0.05)


@pytest.mark.parametrize(
    ("status", "kind", "remedy"),
    [
        (400, Refused, "Its own log may say more"),
        (401, Unavailable, "Check the key and the secret"),
        (403, Unavailable, "The app is disabled there"),
        (429, Unavailable, "The app publishes more than its plan allows"),
        (404, Unavailable, "Check the address and the app id"),
        (413, Refused, "Publish less data in one event"),
        (500, Unavailable, "Its own log may say more"),
        (301, Unavailable, "Its own log may say more"),
    ],
)
def test_an_error_says_what_the_server_answered_and_what_to_do(
    status: int, kind: type[NotDelivered], remedy: str, receiver: Receiver, connect: Connect
) -> None:
    receiver.answer = lambda request: status
    with pytest.raises(kind, match=f"answered {status}: not today. {remedy}") as refused:
        connect(receiver.base_url).post([outgoing()], 5)
    assert "a-secret" not in str(refused.value)


@pytest.mark.parametrize("status", [429, 503])
def test_the_time_that_a_server_asks_for_is_kept(status: int, receiver: Receiver, connect: Connect) -> None:
    receiver.answer = lambda request: status
    receiver.headers = {"Retry-After": "17"}
    with pytest.raises(Unavailable) as unavailable:
        connect(receiver.base_url).post([outgoing()], 5)
    assert unavailable.value.wish == 17


def test_one_bad_event_does_not_take_the_others_with_it(
    receiver: Receiver, connect: Connect, counted: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.answer = lambda request: 413 if "3" in names(request) else 200
    deliver(connect(receiver.base_url), numbered(5))
    requests = [receiver.next() for _ in range(6)]
    assert [names(request) for request in requests] == [
        ["0", "1", "2", "3", "4"],
        ["0"],
        ["1"],
        ["2"],
        ["3"],
        ["4"],
    ]
    assert counted() == Stats(sent=4, failed=1)
    assert "An event was lost." in caplog.text


def test_a_server_that_takes_nothing_is_not_asked_for_each_event(
    receiver: Receiver, connect: Connect, counted: Counting
) -> None:
    receiver.answer = lambda request: 503
    deliver(connect(receiver.base_url), numbered(25))
    assert counted() == Stats(failed=25)
    assert receiver.requests.qsize() == 1


def test_after_the_deadline_nothing_is_begun(
    receiver: Receiver, connect: Connect, counted: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    outage = attempt(connect(receiver.base_url), numbered(15), deadline=0)
    assert outage is not None
    outage.give_up()
    assert counted() == Stats(failed=15)
    assert receiver.requests.empty()
    assert "DRAIN_TIMEOUT" in caplog.text


def test_a_server_that_comes_back_is_used_again(
    connect: Connect, counted: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    with receiving() as receiver:
        api = connect(receiver.base_url)
        deliver(api, [outgoing("before")])
        receiver.answer = lambda request: 503
        deliver(api, [outgoing("during")])
        receiver.answer = lambda request: 200
        deliver(api, [outgoing("after")])
    assert counted() == Stats(sent=2, failed=1)
    assert len(caplog.records) == 1


def test_an_address_of_ip_version_6_works(connect: Connect) -> None:
    if not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    arrived = threading.Event()

    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        arrived.set()

    thread = threading.Thread(target=answer)
    thread.start()
    with closing(listener):
        connect(f"http://[::1]:{listener.getsockname()[1]}").post([outgoing()], 5)
        assert arrived.wait(PATIENCE)
        thread.join(PATIENCE)
