"""Without WebSockets: pusher-js's requests, line by line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import pytest

from onair.server.watch import Timings
from tests.conformance.application import KEY, trigger
from tests.conformance.conftest import Serve
from tests.server.clients import PATIENCE, Site, wait_until

ENDPOINTS = ("xhr_streaming", "xhr")


class Session:
    """One session of the fallback."""

    def __init__(self, site: Site, key: str = KEY, prefix: str = "/pusher") -> None:
        self.site = site
        self.base = f"{prefix}/app/{key}/123/abcd1234"
        self._connections: list[HTTPConnection] = []

    def ask(
        self, endpoint: str, body: str = "", method: str = "POST", query: str = "?protocol=7"
    ) -> HTTPResponse:
        connection = HTTPConnection(self.site.host, self.site.port, timeout=PATIENCE)
        self._connections.append(connection)
        headers = {"Content-Type": "application/json", "Origin": "https://example.com"}
        connection.request(method, f"{self.base}/{endpoint}{query}", body, headers)
        return connection.getresponse()

    def send(self, event: str, data: Any) -> int:
        return self.ask("xhr_send", json.dumps([json.dumps({"event": event, "data": data})])).status

    def close(self) -> None:
        for connection in self._connections:
            connection.close()


@pytest.fixture
def session(site: Site) -> Iterator[Session]:
    session = Session(site)
    yield session
    session.close()


def messages(line: bytes) -> list[dict[str, Any]]:
    assert line.startswith(b"a"), line
    return [json.loads(text) for text in json.loads(line[1:])]


def events(answer: HTTPResponse, event: str) -> list[str]:
    """The names of the events until this one."""
    names: list[str] = []
    while event not in names:
        line = answer.readline()
        assert line, f"ended before {event}: {names}"
        if line.startswith(b"a"):
            names += [message["event"] for message in messages(line)]
    return names


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_p_http_open_a_session_opens_with_an_o_and_the_first_message(session: Session, endpoint: str) -> None:
    answer = session.ask(endpoint)
    assert answer.status == 200
    lines = [line for line in (answer.readline() for _ in range(2)) if line.strip()]
    if len(lines) < 2:  # polling has one answer for each
        lines.append(session.ask(endpoint).readline())

    assert lines[0] == b"o\n"
    assert messages(lines[1])[0]["event"] == "pusher:connection_established"


def test_p_http_open_any_prefix_may_stand_before_it(site: Site) -> None:
    session = Session(site, prefix="/proxy/pusher")
    assert session.ask("xhr").status == 200
    session.close()


def test_p_http_streaming_one_answer_brings_what_comes(site: Site, session: Session) -> None:
    answer = session.ask("xhr_streaming")
    events(answer, "pusher:connection_established")
    assert session.send("pusher:subscribe", {"channel": "news"}) == 204
    events(answer, "pusher_internal:subscription_succeeded")
    for number in range(3):
        trigger(site, "news", f"event-{number}")

    assert events(answer, "event-2") == ["event-0", "event-1", "event-2"]


def test_p_http_streaming_a_new_request_goes_on_where_the_last_one_ended(
    site: Site, session: Session
) -> None:
    answer = session.ask("xhr_streaming")
    events(answer, "pusher:connection_established")
    session.send("pusher:subscribe", {"channel": "news"})
    events(answer, "pusher_internal:subscription_succeeded")
    again = session.ask("xhr_streaming")
    trigger(site, "news", "headline")

    assert events(again, "headline") == ["headline"]


def test_p_http_polling_each_answer_brings_what_waits(site: Site, session: Session) -> None:
    names: list[str] = []
    while "pusher:connection_established" not in names:
        names += polled(session)
    session.send("pusher:subscribe", {"channel": "news"})
    while "pusher_internal:subscription_succeeded" not in names:
        names += polled(session)
    for number in range(3):
        trigger(site, "news", f"event-{number}")
    while "event-2" not in names:
        names += polled(session)

    assert names[-3:] == ["event-0", "event-1", "event-2"]


def polled(session: Session) -> list[str]:
    lines = session.ask("xhr").read().splitlines()
    return [message["event"] for line in lines if line.startswith(b"a") for message in messages(line)]


@pytest.mark.parametrize(
    ("body", "status"), [("[]", 204), ("no JSON", 400), ('{"event":"pusher:ping"}', 400)]
)
def test_p_http_send_takes_an_array_of_texts(session: Session, body: str, status: int) -> None:
    session.ask("xhr_streaming").readline()

    assert session.ask("xhr_send", body).status == status


def test_p_http_send_without_a_session_there_is_nobody_to_take_it(session: Session) -> None:
    assert session.ask("xhr_send", "[]").status == 404


def test_p_http_close_a_refused_session_is_told_why(serve: Serve) -> None:
    session = Session(serve(enabled=False))
    lines = session.ask("xhr_streaming").read().splitlines()
    session.close()

    assert messages(lines[1])[0]["data"]["code"] == json.loads(lines[2].removeprefix(b"c"))[0] == 4003


def test_p_http_close_a_server_that_stops_says_so(serve: Serve) -> None:
    site = serve()
    session = Session(site)
    answer = session.ask("xhr_streaming")
    events(answer, "pusher:connection_established")
    site.call(site.server.close_all)
    lines = answer.read().splitlines()
    session.close()

    assert json.loads(lines[-1][1:])[0] == 4200
    assert lines[-1][:1] == b"c"


def test_p_http_cors_other_origins_may_ask_as_browsers_want_it(session: Session) -> None:
    asked = session.ask("xhr_send", method="OPTIONS")
    assert asked.status in (200, 204)
    assert asked.headers["access-control-allow-origin"] == "*"
    assert "POST" in asked.headers["access-control-allow-methods"]
    assert "content-type" in asked.headers["access-control-allow-headers"].lower()

    assert session.ask("xhr_streaming").headers["access-control-allow-origin"] == "*"


def test_p_http_away_a_session_that_nobody_asks_for_ends(serve: Serve) -> None:
    site = serve(timings=Timings(absence=0.01))
    session = Session(site)
    while not site.connections():
        session.ask("xhr").read()
    wait_until(lambda: not site.connections(), "the session has ended")
    session.close()


def test_p_http_heartbeat_a_silent_answer_gets_a_sign_of_life(serve: Serve) -> None:
    session = Session(serve(timings=Timings(heartbeat=0.01)))
    answer = session.ask("xhr_streaming")
    while (line := answer.readline()) != b"h\n":
        assert line
    session.close()
