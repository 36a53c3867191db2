"""HTTP itself: the same below ASGI as under it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from onair.server.types import Receive, Scope, Send
from tests.server.api.exchange import Exchange, Response, request
from tests.server.clients import Client, Site, signed_path, wait_until
from tests.server.conftest import APP, Serve

EVENT = json.dumps({"name": "saved", "channel": "news", "data": "{}"}).encode()
HEADERS = [("content-type", "application/json"), ("content-length", "2")]
DONE = Response(200, HEADERS, b"{}")
LAST = Response(200, [*HEADERS, ("connection", "close")], b"{}")

#: The head of a request that nobody signed, and whose path says that it is for the API.
UNSIGNED = b"POST /apps/1/events?auth_signature=x HTTP/1.1\r\nHost: x\r\n"


def publish(*lines: str, version: str = "1.1") -> bytes:
    return request(signed_path(APP, "events", EVENT), EVENT, *lines, version=version)


@pytest.fixture
def exchange(site: Site) -> Iterator[Exchange]:
    with Exchange(site) as exchange:
        yield exchange


def test_a_connection_is_kept_for_the_next_request(exchange: Exchange) -> None:
    for _ in range(3):
        exchange.send(publish())
        assert exchange.response() == DONE


def test_requests_that_come_together_are_answered_in_their_order(exchange: Exchange) -> None:
    channels = request(signed_path(APP, "channels/a", method="GET"), None, method="GET")
    refused = UNSIGNED + b"Content-Length: 0\r\n\r\n"
    exchange.send(publish(), channels, refused, request("/nowhere", None, method="GET"), publish())
    assert [exchange.response().status for _ in range(5)] == [200, 200, 401, 404, 200]


def test_a_request_in_small_pieces_is_read(exchange: Exchange, listener: Client) -> None:
    whole = publish()
    for at in range(0, len(whole), 10):
        exchange.send(whole[at : at + 10])
    assert exchange.response() == DONE
    assert listener.receive()["event"] == "saved"


def test_a_body_in_chunks_is_read(exchange: Exchange, listener: Client) -> None:
    head = request(signed_path(APP, "events", EVENT), None, "Transfer-Encoding: chunked")
    chunks = [b"%x\r\n%s\r\n" % (len(part), part) for part in (EVENT[:10], EVENT[10:], b"")]
    exchange.send(head, *chunks, publish())
    assert [exchange.response(), exchange.response()] == [DONE, DONE]
    assert listener.receive()["event"] == "saved"


def test_a_client_that_asks_first_is_told_to_go_on(exchange: Exchange) -> None:
    whole = publish("Expect: 100-continue")
    exchange.send(whole.removesuffix(EVENT))
    assert exchange.response().status == 100
    exchange.send(EVENT)
    assert exchange.response() == DONE


def test_a_client_that_asks_first_is_refused_at_once(exchange: Exchange) -> None:
    exchange.send(UNSIGNED + b"Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n")
    assert exchange.response().status == 401


def test_a_client_that_asks_first_behind_another_request_is_told_behind_its_answer(
    exchange: Exchange,
) -> None:
    whole = publish("Expect: 100-continue")
    exchange.send(publish(), whole.removesuffix(EVENT))
    assert [exchange.response().status for _ in range(2)] == [200, 100]
    exchange.send(EVENT)
    assert exchange.response() == DONE


def test_what_is_left_of_a_refused_request_is_passed_over(exchange: Exchange) -> None:
    exchange.send(UNSIGNED + b"Content-Length: 1000\r\n\r\n" + b"x" * 500)
    assert exchange.response().status == 401
    exchange.send(b"x" * 500, publish())
    assert exchange.response() == DONE


def test_what_is_left_of_a_body_that_is_too_large_is_passed_over(exchange: Exchange) -> None:
    size = 200_000
    path = signed_path(APP, "users/7/terminate_connections", b"")
    exchange.send(request(path, None, "Transfer-Encoding: chunked"), b"%x\r\n%s" % (size, b"x" * (size // 2)))
    assert exchange.response().status == 413
    exchange.send(b"x" * (size // 2), b"\r\n0\r\n\r\n", publish())
    assert exchange.response() == DONE


def test_the_head_of_an_answer_has_no_body(exchange: Exchange) -> None:
    exchange.send(request(signed_path(APP, "channels", method="HEAD"), None, method="HEAD"), publish())
    response = exchange.response(has_body=False)
    text = "HEAD is not known here: GET to /apps/1/channels\n"
    assert (response.status, response["allow"], response["content-length"]) == (405, "GET", str(len(text)))
    assert exchange.response() == DONE


@pytest.mark.parametrize(
    ("version", "lines"), [("1.1", ["Connection: close"]), ("1.0", []), ("1.0", ["Connection: keep-alive"])]
)
def test_a_last_request_is_answered_and_the_connection_closed(
    exchange: Exchange, version: str, lines: list[str]
) -> None:
    exchange.send(publish(*lines, version=version))
    assert exchange.response() == LAST
    assert exchange.is_at_end()


def test_what_follows_a_last_request_is_not_carried_out(
    site: Site, exchange: Exchange, listener: Client
) -> None:
    exchange.send(publish("Connection: close"), publish())
    assert exchange.response() == LAST
    assert exchange.is_at_end()
    assert listener.receive()["event"] == "saved"
    site.publish("news", "last")
    assert listener.receive()["event"] == "last"


def test_an_upgrade_that_nobody_knows_is_passed_over(serve: Serve) -> None:
    site = serve(may_log=True)  # uvicorn warns of it
    with Exchange(site) as exchange:
        path = signed_path(APP, "channels", method="GET")
        exchange.send(request(path, None, "Connection: Upgrade", "Upgrade: h2c", method="GET"))
        assert exchange.response().body == b'{"channels":{}}'


def test_what_is_no_http_is_refused(serve: Serve) -> None:
    site = serve(may_log=True)
    with Exchange(site) as exchange:
        exchange.send(publish())
        assert exchange.response() == DONE
        exchange.send(b"no http\r\n\r\n")
        assert exchange.response().status == 400
        assert exchange.is_at_end()


def test_an_idle_connection_is_closed(serve: Serve) -> None:
    site = serve(options={"timeout_keep_alive": 0})
    with Exchange(site) as exchange:
        exchange.send(publish())
        assert exchange.response() == DONE
        assert exchange.is_at_end()


def test_a_server_that_stops_answers_what_has_begun(serve: Serve) -> None:
    site = serve()
    with Exchange(site) as exchange, Exchange(site) as idle:
        idle.send(publish())
        assert idle.response() == DONE
        whole = publish("Expect: 100-continue")
        exchange.send(whole.removesuffix(EVENT))
        assert exchange.response().status == 100
        site.runner.should_exit = True
        assert idle.is_at_end()
        exchange.send(EVENT)
        assert exchange.response() == LAST
        assert exchange.is_at_end()


@pytest.mark.parametrize("options", [{"access_log": True}, {"limit_concurrency": 100}])
def test_what_uvicorn_logs_and_counts_is_answered_as_well(serve: Serve, options: dict[str, object]) -> None:
    assert serve(options=options).post("events", EVENT) == (200, "{}")


def test_requests_are_counted_for_who_restarts_a_worker_after_some(serve: Serve) -> None:
    site = serve(options={"limit_max_requests": 2}, may_log=True)
    with Exchange(site) as exchange:
        exchange.send(publish(), publish())
        assert [exchange.response(), exchange.response()] == [DONE, DONE]
        assert exchange.is_at_end()


class Overheard:
    """A transport, and what is written to it."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self.writes: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, wire: bytes) -> None:
        self.writes.append(wire)
        self._transport.write(wire)


@pytest.mark.parametrize("transport", ["wire", "wire on asyncio"])
class TestAnswersToOneRead:
    """They wait for its end, and for nothing else."""

    def test_they_are_written_at_once(self, site: Site, exchange: Exchange) -> None:
        exchange.send(publish())
        assert exchange.response() == DONE
        (connection,) = site.call(tuple, site.runner.server_state.connections)
        transport = connection.transport = Overheard(connection.transport)
        exchange.send(publish() * 16)
        assert [exchange.response() for _ in range(16)] == [DONE] * 16
        assert len(transport.writes) == 1

    def test_they_come_before_a_refusal_of_what_is_no_http(self, serve: Serve) -> None:
        with Exchange(serve(may_log=True)) as exchange:
            exchange.send(publish(), publish(), b"no http\r\n\r\n")
            assert [exchange.response().status for _ in range(3)] == [200, 200, 400]
            assert exchange.is_at_end()

    def test_they_come_before_a_page(self, exchange: Exchange) -> None:
        exchange.send(publish(), publish(), request("/", None, method="GET"))
        assert [exchange.response().status for _ in range(3)] == [200, 200, 404]

    def test_they_come_before_the_end(self, exchange: Exchange) -> None:
        exchange.send(publish(), publish("Connection: close"))
        assert [exchange.response(), exchange.response()] == [DONE, LAST]
        assert exchange.is_at_end()

    def test_they_come_before_the_answer_to_an_upgrade(self, exchange: Exchange) -> None:
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
        lines = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", key)
        exchange.send(publish(), request("/app/key?protocol=7", None, *lines, method="GET"))
        assert [exchange.response().status for _ in range(2)] == [200, 101]


class TestBesideASite:
    """The site's answers take their time."""

    @pytest.fixture
    def site(self, serve: Serve) -> Site:
        async def site(scope: Scope, receive: Receive, send: Send) -> None:
            assert scope["type"] == "http"
            await receive()
            body = scope["path"].encode()
            length = (b"content-length", b"%d" % len(body))
            await send({"type": "http.response.start", "status": 200, "headers": [length]})
            await send({"type": "http.response.body", "body": body})

        return serve(inner=site)

    def test_answers_keep_the_order_of_the_requests(self, exchange: Exchange) -> None:
        pages = [request(f"/{number}", None, method="GET") for number in range(2)]
        exchange.send(pages[0], publish(), publish(), pages[1], publish())
        assert [exchange.response().body for _ in range(5)] == [b"/0", b"{}", b"{}", b"/1", b"{}"]

    def test_a_connection_may_change_between_them(self, exchange: Exchange) -> None:
        for _ in range(2):
            exchange.send(publish())
            assert exchange.response() == DONE
            exchange.send(request("/page", b"body"))
            assert exchange.response().body == b"/page"


class Recorder:
    """A listener of the hub that counts its writes."""

    socket_id = "1.1"

    def __init__(self) -> None:
        self.writes: list[bytes] = []

    def write(self, wire: bytes) -> None:
        self.writes.append(wire)


def test_events_that_come_in_one_read_reach_a_subscriber_in_one_write(site: Site, exchange: Exchange) -> None:
    recorder, count = Recorder(), 16
    site.call(site.server.served["1"].hub.subscribe, recorder, "news")
    recorder.writes.clear()
    exchange.send(publish() * count)
    assert [exchange.response() for _ in range(count)] == [DONE] * count
    wait_until(lambda: recorder.writes, "the hub has written")
    assert len(recorder.writes) == 1
    assert recorder.writes[0].count(b'"saved"') == count


def test_a_client_that_reads_no_answers_is_waited_for(site: Site, exchange: Exchange) -> None:
    # More answers than the kernel takes, from a client that writes all of its requests first.
    refused = UNSIGNED + b"Content-Length: 0\r\n\r\n"
    count = 20_000
    exchange.send(*[refused] * count)
    assert {exchange.response().status for _ in range(count)} == {401}


def test_answers_that_nobody_reads_are_few(site: Site, exchange: Exchange) -> None:
    """They may be large, and the requests for them small enough to come in one read."""
    for number in range(1000):
        site.call(site.server.served["1"].hub.subscribe, Recorder(), f"{number}-".ljust(200, "x"))
    exchange.send(request(signed_path(APP, "channels", method="GET"), None, method="GET") * 300)

    def backlogs() -> list[int]:
        connections = site.call(tuple, site.runner.server_state.connections)
        return [each.transport.get_write_buffer_size() for each in connections if each.flow.write_paused]

    wait_until(backlogs, "the client is seen not to read")
    assert sum(backlogs()) < 1_000_000
    assert len({exchange.response().body for _ in range(300)}) == 1


def test_a_client_that_goes_before_its_request_is_complete_is_no_error(site: Site) -> None:
    with Exchange(site) as exchange:
        exchange.send(publish().removesuffix(EVENT))
    assert site.post("events", EVENT) == (200, "{}")
