"""The codes: each is told by ``pusher:error``, and what closes closes with it."""

from __future__ import annotations

import json

import pytest

from onair.protocol.app import Limits
from tests.conformance.application import KEY, ask
from tests.conformance.conftest import Connect, Serve
from tests.server.clients import Client, Site, client_frame

PATH = f"/app/{KEY}?protocol=7"


def refusal(site: Site, path: str = PATH) -> int:
    """The code that a client is refused with, told and closed."""
    with site.connect(path) as connection:
        client = Client(connection)
        code = client.error()["code"]
        assert client.close_code() == code
        return int(code)


def test_p_4001_no_app_has_the_key(site: Site) -> None:
    assert refusal(site, "/app/another?protocol=7") == 4001


def test_p_4003_the_app_is_disabled(serve: Serve) -> None:
    assert refusal(serve(enabled=False)) == 4003


def test_p_4005_the_path_is_not_that_of_an_app(site: Site) -> None:
    assert refusal(site, f"/apps/{KEY}?protocol=7") == 4005


def test_p_4006_the_version_is_not_a_number(site: Site) -> None:
    assert refusal(site, f"/app/{KEY}?protocol=seven") == 4006


@pytest.mark.parametrize("version", ["4", "8"])
def test_p_4007_the_version_is_not_spoken_here(site: Site, version: str) -> None:
    assert refusal(site, f"/app/{KEY}?protocol={version}") == 4007


def test_p_4008_the_version_is_missing(site: Site) -> None:
    assert refusal(site, f"/app/{KEY}") == 4008


def test_p_4009_a_connection_that_was_terminated_does_not_come_back(site: Site, connect: Connect) -> None:
    client = connect().sign_in("7")
    assert ask(site, "POST", "users/7/terminate_connections", {}) == (200, "{}")

    assert client.error()["code"] == client.close_code() == 4009


def test_p_4100_a_full_server_sends_clients_away_for_a_while(serve: Serve, connect: Connect) -> None:
    site = serve(max_connections=1)
    connect(site)

    assert refusal(site) == 4100


def test_p_4100_a_full_app_sends_clients_away_for_a_while(serve: Serve, connect: Connect) -> None:
    site = serve(limits=Limits(connections=1))
    connect(site)

    assert refusal(site) == 4100


def test_p_4200_a_server_that_stops_sends_its_clients_back_at_once(site: Site, connect: Connect) -> None:
    client = connect()
    site.runner.should_exit = True

    assert client.error()["code"] == client.close_code() == 4200


def test_p_4201_a_client_that_answered_no_ping_is_closed(site: Site, connect: Connect) -> None:
    client = connect()
    site.pass_time(site.app.activity_timeout + 1)
    client.next("pusher:ping")
    site.pass_time(site.app.activity_timeout + 31)

    assert client.error()["code"] == client.close_code() == 4201


def test_p_4301_too_many_client_events_are_told_and_the_connection_stays(connect: Connect) -> None:
    client = connect().join("private-room")
    for _ in range(11):
        client.whisper("private-room", "client-typing")

    (error,) = [message for message in client.settle() if message["event"] == "pusher:error"]
    assert error["data"]["code"] == 4301


def test_p_4302_a_long_watchlist_is_told_and_its_beginning_counts(serve: Serve, connect: Connect) -> None:
    site = serve(limits=Limits(watchlist=2))
    user_data = json.dumps({"id": "1", "watchlist": ["2", "3", "4"]})
    client = connect(site)
    client.send("pusher:signin", {"auth": client.user_auth(user_data), "user_data": user_data})

    assert client.error()["code"] == 4302
    client.next("pusher:signin_success")
    (events,) = client.next("pusher_internal:watchlist_events")["data"]["events"]
    assert events == {"name": "offline", "user_ids": ["2", "3"]}


def test_p_1003_a_binary_message_closes(site: Site) -> None:
    with site.raw(PATH) as client:
        client.send(client_frame(2, b"{}"))

        assert client.close_code() == 1003


def test_p_1007_a_message_that_is_not_utf_8_closes(site: Site) -> None:
    with site.raw(PATH) as client:
        client.send(client_frame(1, b'{"event":"\xff"}'))

        assert client.close_code() == 1007


def test_p_1009_a_message_that_is_too_large_closes(serve: Serve) -> None:
    with serve(limits=Limits(client_message_bytes=100)).raw(PATH) as client:
        client.send(client_frame(1, b'{"event":"%b"}' % (100 * b"x")))

        assert client.close_code() == 1009


def test_p_1011_a_bug_of_the_server_closes_without_details(serve: Serve, connect: Connect) -> None:
    site = serve(may_log=True)
    client = connect(site)
    (session,) = site.sessions()
    site.call(session.check, "no time")

    assert client.close_code() == 1011
    assert client.connection.close_reason == ""


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        "7",
        "{}",
        '{"event":7}',
        '{"event":"unknown"}',
        '{"event":"pusher:subscribe"}',
        '{"event":"pusher:subscribe","data":{"channel":7}}',
        '{"event":"pusher:unsubscribe","data":{"channel":"never joined"}}',
        '{"event":"pusher:signin","data":{}}',
        '{"event":"client-a","data":{}}',
        '{"event":"pusher:subscribe","data":"' + 100 * "[" + '"}',
    ],
)
def test_p_null_what_cannot_be_read_is_told_with_code_null_and_the_connection_stays(
    connect: Connect, text: str
) -> None:
    client = connect()
    client.send_text(text)

    error = client.error()
    assert error["code"] is None
    assert error["message"]
    client.join("news")


def test_p_no_4000_plain_connections_are_accepted_beside_tls(site: Site, connect: Connect) -> None:
    assert connect(site).join("news")


def test_p_no_4004_a_full_app_says_4100_since_its_clients_shall_come_back(
    serve: Serve, connect: Connect
) -> None:
    site = serve(limits=Limits(connections=1))
    connect(site)

    assert refusal(site) != 4004


def test_p_no_4202_a_client_that_answers_may_be_silent_for_days(site: Site, connect: Connect) -> None:
    client = connect()
    site.pass_time(2 * 24 * 3600)
    client.next("pusher:ping")
    client.send("pusher:pong")
    client.settle()
    site.pass_time(2 * 24 * 3600)

    client.next("pusher:ping")
