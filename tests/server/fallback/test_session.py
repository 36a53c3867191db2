"""What a client over HTTP sees is what one over a socket sees."""

from __future__ import annotations

import json

import pytest

from onair.protocol.errors import ReconnectNow
from onair.server.session import TOO_LARGE
from onair.server.watch import Timings
from tests.server.clients import SOCKET_ID, Client, Site, wait_until
from tests.server.conftest import APP, Serve
from tests.server.fallback.conftest import Open
from tests.server.test_session import BAD_MESSAGES, auth, member

PINGED = APP.activity_timeout


def test_a_client_is_told_its_socket_id_and_counts_as_a_connection(site: Site, open_client: Open) -> None:
    client = open_client(site)
    message = client.receive()
    assert message["event"] == "pusher:connection_established"
    assert message["data"]["activity_timeout"] == APP.activity_timeout
    assert SOCKET_ID.fullmatch(message["data"]["socket_id"])
    assert client.opened == 1
    assert site.connections() == 1


def test_a_replaced_key_and_any_prefix_of_the_path_are_accepted(site: Site, open_client: Open) -> None:
    for path in ("/app/old-key?protocol=7", "/live/pusher/app/key?protocol=5"):
        assert open_client(site, path).established()


def test_an_event_reaches_the_subscribers_but_not_the_excluded_one(site: Site, open_client: Open) -> None:
    first, second = open_client(site), open_client(site)
    socket_id = first.established()
    second.established()
    for client in (first, second):
        assert client.subscribe("news")["event"] == "pusher_internal:subscription_succeeded"
    site.publish("news", "saved", {"text": "“Grüße” 🚢\n"}, exclude=socket_id)
    site.publish("news", "seen")
    assert second.receive()["data"] == {"text": "“Grüße” 🚢\n"}
    assert [client.receive()["event"] for client in (first, second)] == ["seen", "seen"]


def test_members_and_client_events_pass_between_http_and_sockets(site: Site, open_client: Open) -> None:
    channel = "presence-desk"
    anna = open_client(site)
    answer = anna.subscribe(channel, **auth(anna.established(), channel, member("anna")))
    assert answer["data"]["presence"]["ids"] == ["anna"]
    with site.connect() as connection:
        bert = Client(connection)
        bert.subscribe(channel, **auth(bert.established(), channel, member("bert")))
        assert anna.receive()["event"] == "pusher_internal:member_added"
        anna.send("client-typing", {"at": 3}, channel=channel)
        assert bert.receive() == {
            "event": "client-typing",
            "channel": channel,
            "data": {"at": 3},
            "user_id": "anna",
        }
        bert.send("client-typing", {"at": 4}, channel=channel)
        assert anna.receive()["data"] == {"at": 4}
    assert anna.receive()["event"] == "pusher_internal:member_removed"


def test_several_messages_in_one_request_are_all_taken_in_order(site: Site, open_client: Open) -> None:
    client = open_client(site)
    client.established()
    channels = [f"news-{number}" for number in range(20)]
    client.send_text(
        *(json.dumps({"event": "pusher:subscribe", "data": {"channel": name}}) for name in channels)
    )
    assert [client.receive()["channel"] for _ in channels] == channels


def test_bad_messages_are_told_and_the_session_stays(site: Site, open_client: Open) -> None:
    client = open_client(site)
    client.established()
    for message in (text for text in BAD_MESSAGES if "ud800" not in text):
        client.send_text(message)
        assert client.error()["code"] is None, message
    client.send("pusher:ping")
    assert client.receive()["event"] == "pusher:pong"


def test_a_message_may_have_the_limit_and_not_a_byte_more(site: Site, open_client: Open) -> None:
    limit = APP.limits.client_message_bytes
    message = json.dumps({"event": "pusher:ping", "data": "x"})
    client = open_client(site)
    client.established()
    client.send_text(message.ljust(limit))
    assert client.receive()["event"] == "pusher:pong"
    client.send_text(message.ljust(limit + 1))
    assert client.close_code() == TOO_LARGE


def test_closing_all_tells_every_client_to_reconnect(site: Site, open_client: Open) -> None:
    clients = [open_client(site) for _ in range(5)]
    for client in clients:
        client.established()
    site.call(site.server.close_all)
    assert site.connections() == 0
    for client in clients:
        assert client.error()["code"] == ReconnectNow.code
        assert client.close_code() == ReconnectNow.code


def test_stopping_the_server_tells_its_clients_to_reconnect(serve: Serve, open_client: Open) -> None:
    site = serve()
    client = open_client(site)
    client.established()
    client.subscribe("news")
    client.listen()
    # Only now the request is there for sure.
    client.send("pusher:ping")
    site.runner.should_exit = True
    assert client.close_code() == ReconnectNow.code


def test_an_idle_client_is_pinged_and_given_up_when_it_does_not_answer(site: Site, open_client: Open) -> None:
    client = open_client(site)
    client.established()
    site.pass_time(PINGED)
    assert client.receive()["event"] == "pusher:ping"
    site.pass_time(PINGED + 30)
    assert client.error()["code"] == 4201
    assert client.close_code() == 4201


@pytest.mark.parametrize("body", [b"[]", b"junk"])
def test_any_request_is_a_sign_of_life(site: Site, open_client: Open, body: bytes) -> None:
    client = open_client(site)
    client.established()
    site.pass_time(PINGED)
    assert client.receive()["event"] == "pusher:ping"
    client.send_body(body)
    site.pass_time(30)
    assert site.connections() == 1


def test_a_client_that_goes_leaves_its_channels_at_once(serve: Serve, open_client: Open) -> None:
    site, channel = serve(timings=Timings(absence=600)), "presence-desk"
    with site.connect() as connection:
        anna = Client(connection)
        anna.subscribe(channel, **auth(anna.established(), channel, member("anna")))
        bert = open_client(site)
        bert.subscribe(channel, **auth(bert.established(), channel, member("bert")))
        assert anna.receive()["event"] == "pusher_internal:member_added"
        bert.listen()
        bert.close()
        assert anna.receive()["event"] == "pusher_internal:member_removed"
    wait_until(lambda: site.connections() == 0, "both have gone")
