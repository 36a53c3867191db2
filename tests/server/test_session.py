"""What a client sees, over both transports."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from typing import Any

import pytest

from onair.protocol import signing
from onair.protocol.app import Credential
from onair.protocol.errors import OverCapacity, ReconnectNow
from onair.protocol.publication import Publication
from onair.server.origins import OriginPolicy
from onair.server.server import Server
from tests.server.clients import PATIENCE, SOCKET_ID, Client, Site, text_frame, wait_until
from tests.server.conftest import APP, Serve

CREDENTIAL = APP.credentials[0]


def member(user_id: str) -> str:
    return json.dumps({"user_id": user_id, "user_info": {"name": user_id.title()}})


def auth(
    socket_id: str, channel: str, data: str | None = None, *, credential: Credential = CREDENTIAL
) -> dict[str, str]:
    fields = {"auth": signing.sign_channel(credential, socket_id, channel, data)}
    return fields if data is None else fields | {"channel_data": data}


def test_a_client_is_told_its_socket_id_and_the_activity_timeout(site: Site) -> None:
    with site.connect() as first, site.connect() as second:
        message = Client(first).receive()
        assert message["event"] == "pusher:connection_established"
        assert message["data"]["activity_timeout"] == APP.activity_timeout
        assert SOCKET_ID.fullmatch(message["data"]["socket_id"])
        assert message["data"]["socket_id"] != Client(second).established()


def test_a_replaced_key_and_a_prefix_of_the_path_are_accepted(site: Site) -> None:
    with site.connect("/live/app/old-key?protocol=7") as connection:
        assert Client(connection).established()


def test_an_event_reaches_the_subscribers_but_not_the_excluded_socket(site: Site) -> None:
    with site.connect() as one, site.connect() as other:
        first, second = Client(one), Client(other)
        socket_id = first.established()
        second.established()
        for client in (first, second):
            assert client.subscribe("news")["event"] == "pusher_internal:subscription_succeeded"
        site.publish("news", "saved", {"id": 7}, exclude=socket_id)
        site.publish("news", "seen", [1, "ü"])
        assert second.receive() == {"event": "saved", "channel": "news", "data": {"id": 7}}
        assert [client.receive()["event"] for client in (first, second)] == ["seen", "seen"]


def test_an_unsubscribed_client_gets_nothing_more(site: Site) -> None:
    with site.connect() as connection:
        client = Client(connection)
        client.established()
        client.subscribe("news")
        client.send("pusher:unsubscribe", {"channel": "news"})
        wait_until(lambda: not site.members("news"), "the channel is empty")
        site.publish("news", "saved")
        client.send("pusher:ping")
        assert client.receive()["event"] == "pusher:pong"


def test_members_see_each_other_come_and_go(site: Site) -> None:
    with site.connect() as one:
        anna = Client(one)
        data = member("anna")
        answer = anna.subscribe("presence-desk", **auth(anna.established(), "presence-desk", data))
        assert answer["data"]["presence"]["ids"] == ["anna"]
        with site.connect() as other:
            bert = Client(other)
            socket_id = bert.established()
            answer = bert.subscribe("presence-desk", **auth(socket_id, "presence-desk", member("bert")))
            assert answer["data"]["presence"]["count"] == 2
            added = anna.receive()
            assert added["event"] == "pusher_internal:member_added"
            assert added["data"] == {"user_id": "bert", "user_info": {"name": "Bert"}}
        removed = anna.receive()
        assert removed["event"] == "pusher_internal:member_removed"
        assert removed["data"] == {"user_id": "bert"}


def test_a_client_event_reaches_the_others_alone(site: Site) -> None:
    with site.connect() as one, site.connect() as other:
        first, second = Client(one), Client(other)
        for client in (first, second):
            client.subscribe("private-desk", **auth(client.established(), "private-desk"))
        first.send("client-typing", {"at": 3}, channel="private-desk")
        second.send("client-typing", {"at": 4}, channel="private-desk")
        assert [client.receive()["data"]["at"] for client in (first, second)] == [4, 3]


REFUSED_SUBSCRIPTIONS = [
    ("a channel with spaces", {"channel": "a channel"}, "Invalid channel name"),
    ("no signature", {"channel": "private-x"}, "needs auth"),
    ("another key", {"channel": "private-x", "auth": "nokey:00"}, "Invalid key"),
    ("a bad signature", {"channel": "private-x", "auth": "key:00"}, "Invalid signature"),
    ("no channel", {"auth": "key:00"}, "missing required field"),
]


@pytest.mark.parametrize(
    ("data", "text"), [case[1:] for case in REFUSED_SUBSCRIPTIONS], ids=lambda value: None
)
def test_a_refused_subscription_is_told_and_the_connection_stays(site: Site, data: Any, text: str) -> None:
    with site.connect() as connection:
        client = Client(connection)
        client.established()
        client.send("pusher:subscribe", data)
        error = client.error()
        assert error["code"] is None
        assert text in error["message"]
        if "channel" in data:
            assert client.receive()["event"] == "pusher:subscription_error"
        assert client.subscribe("news")["event"] == "pusher_internal:subscription_succeeded"


def test_forged_channel_data_is_refused(site: Site) -> None:
    with site.connect() as connection:
        client = Client(connection)
        signed = auth(client.established(), "presence-desk", member("anna"))
        client.send(
            "pusher:subscribe", {"channel": "presence-desk", **signed, "channel_data": member("bert")}
        )
        assert "Invalid signature" in client.error()["message"]
        assert site.members("presence-desk") == 0


BAD_MESSAGES = [
    "",
    "{",
    "[]",
    "null",
    '"pusher:ping"',
    "{}",
    '{"event": 7}',
    '{"event": "pusher:nothing"}',
    '{"event": "pusher:subscribe", "data": "{"}',
    '{"event": "pusher:subscribe", "data": [1]}',
    '{"event": "pusher:unsubscribe", "data": {"channel": "never"}}',
    '{"event": "client-x", "data": {}, "channel": "news"}',
    '{"event": "client-x", "data": {}, "channel": "private-not-joined"}',
    '{"event": "pusher:subscribe", "data": ' + "[" * 5000 + "]" * 5000 + "}",
    '{"event": "\\ud800"}',
]


def test_bad_messages_are_told_and_the_connection_stays(site: Site) -> None:
    with site.connect() as connection:
        client = Client(connection)
        client.established()
        for message in BAD_MESSAGES:
            client.send_text(message)
            assert client.error()["code"] is None, message
        client.send("pusher:ping")
        assert client.receive()["event"] == "pusher:pong"


REFUSED_HANDSHAKES = [
    ("/app/nokey?protocol=7", 4001),
    ("/app/?protocol=7", 4005),
    ("/app/key/more?protocol=7", 4005),
    ("/elsewhere?protocol=7", 4005),
    ("/app/key?protocol=seven", 4006),
    ("/app/key?protocol=4", 4007),
    ("/app/key?protocol=8", 4007),
    ("/app/key", 4008),
    ("/app/key?protocol=", 4008),
]


@pytest.mark.parametrize(("path", "code"), REFUSED_HANDSHAKES)
def test_a_refused_handshake_is_told_and_closed_with_its_code(site: Site, path: str, code: int) -> None:
    with site.connect(path) as connection:
        client = Client(connection)
        assert client.error()["code"] == code
        assert client.close_code() == code
    assert site.connections() == 0


@pytest.mark.parametrize("version", [5, 6, 7])
def test_older_clients_are_accepted(site: Site, version: int) -> None:
    with site.connect(f"/app/key?protocol={version}&client=js&version=8.6.0&flash=false") as connection:
        assert Client(connection).established()


@pytest.mark.parametrize("origin", ["https://evil.net", "null", "http://example.com.evil.net"])
def test_a_page_from_elsewhere_is_refused(serve: Serve, origin: str) -> None:
    site = serve(origins=OriginPolicy(["example.com"]))
    with site.connect(origin=origin) as connection:
        client = Client(connection)
        error = client.error()
        assert error["code"] == 4009
        assert "CSRF_TRUSTED_ORIGINS" in error["message"]
        assert client.close_code() == 4009


@pytest.mark.parametrize("origin", [None, "https://example.com", "http://example.com:8000"])
def test_the_site_s_own_pages_and_other_programs_are_accepted(serve: Serve, origin: str | None) -> None:
    site = serve(origins=OriginPolicy(["example.com"]))
    with site.connect(origin=origin) as connection:
        assert Client(connection).established()


def test_a_binary_message_closes_with_1003(site: Site) -> None:
    with site.connect() as connection:
        client = Client(connection)
        client.send_text(b'{"event": "pusher:ping"}')
        assert client.close_code() == 1003


def test_a_message_may_have_the_limit_and_not_a_byte_more(site: Site) -> None:
    limit = APP.limits.client_message_bytes
    message = json.dumps({"event": "pusher:ping", "data": "x"})
    with site.connect() as connection:
        client = Client(connection)
        client.established()
        client.send_text(message.ljust(limit))
        assert client.receive()["event"] == "pusher:pong"
        client.send_text(message.ljust(limit + 1))
        assert client.close_code() == 1009


def test_a_thousand_subscriptions_are_accepted_up_to_the_limit(site: Site) -> None:
    with site.connect(max_queue=None) as connection:
        client = Client(connection)
        client.established()
        for number in range(1000):
            client.send("pusher:subscribe", {"channel": f"news-{number}"})
        client.send("pusher:ping")
        answers = []
        while (message := client.receive())["event"] != "pusher:pong":
            answers.append(message["event"])
    limit = APP.limits.channels_per_connection
    assert answers.count("pusher_internal:subscription_succeeded") == limit
    assert answers.count("pusher:error") == 1000 - limit


def test_too_many_connections_are_sent_away_until_one_leaves(serve: Serve) -> None:
    site = serve(max_connections=2)
    with site.connect() as one:
        Client(one).established()
        with site.connect() as other:
            Client(other).established()
            with site.connect() as third:
                client = Client(third)
                assert client.error()["code"] == 4100
                assert client.close_code() == 4100
        wait_until(lambda: site.connections() == 1, "one has left")
        with site.connect() as connection:
            Client(connection).established()


def test_an_app_may_limit_its_own_connections(serve: Serve) -> None:
    site = serve(connections=1)
    with site.connect() as one, site.connect() as other:
        Client(one).established()
        assert Client(other).error()["code"] == 4100


def test_a_server_that_refuses_says_why_until_it_accepts_again(site: Site) -> None:
    site.call(site.server.refuse, OverCapacity("Another process serves this site: set ONAIR_URL"))
    for _ in range(2):
        with site.connect() as connection:
            client = Client(connection)
            assert client.error() == {
                "code": 4100,
                "message": "Another process serves this site: set ONAIR_URL",
            }
            assert client.close_code() == 4100
    site.call(site.server.refuse, None)
    with site.connect() as connection:
        assert Client(connection).established()


def test_closing_all_tells_every_client_to_reconnect(site: Site) -> None:
    with ExitStack() as stack:
        clients = [Client(stack.enter_context(site.connect())) for _ in range(20)]
        for client in clients:
            client.established()
        site.call(site.server.close_all)
        assert {client.close_code() for client in clients} == {ReconnectNow.code}
    assert site.connections() == 0


def test_a_client_that_vanishes_leaves_its_channels(site: Site) -> None:
    with site.connect() as connection:
        anna = Client(connection)
        anna.subscribe("presence-desk", **auth(anna.established(), "presence-desk", member("anna")))
        with site.raw() as bert:
            socket_id = json.loads(bert.read_message()["data"])["socket_id"]
            fields = auth(socket_id, "presence-desk", member("bert"))
            bert.send(text_frame("pusher:subscribe", {"channel": "presence-desk", **fields}))
            assert bert.read_message()["event"] == "pusher_internal:subscription_succeeded"
            assert anna.receive()["event"] == "pusher_internal:member_added"
        assert anna.receive()["event"] == "pusher_internal:member_removed"
    wait_until(lambda: site.connections() == 0, "both have gone")


def test_an_idle_client_is_pinged_and_stays_when_it_answers(site: Site) -> None:
    with site.connect() as connection:
        client = Client(connection)
        client.established()
        site.pass_time(APP.activity_timeout - 1)
        site.pass_time(APP.activity_timeout)
        assert client.receive()["event"] == "pusher:ping"
        client.send("pusher:pong")
        client.send("pusher:ping")
        assert client.receive()["event"] == "pusher:pong"
        site.pass_time(30)
        client.send("pusher:ping")
        assert client.receive()["event"] == "pusher:pong"


def test_a_client_that_does_not_answer_a_ping_is_given_up(site: Site) -> None:
    with site.connect() as connection:
        client = Client(connection)
        client.established()
        site.pass_time(APP.activity_timeout)
        site.pass_time(APP.activity_timeout + 29)
        assert client.receive()["event"] == "pusher:ping"
        site.pass_time(APP.activity_timeout + 30)
        assert client.error()["code"] == 4201
        assert client.close_code() == 4201


class BrokenNode:
    """A node with a bug."""

    is_shared = False

    def subscribe(self, *_: object) -> None:
        raise LookupError("the details are nobody's business")

    def disconnect(self, *_: object) -> None:
        """Nobody is here."""

    async def close(self) -> None:
        """Nothing is open."""


def test_a_bug_closes_with_1011_and_stands_in_the_log(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    site = serve(may_log=True)
    site.server.served["1"].node = BrokenNode()  # type: ignore[assignment]
    with site.connect() as connection:
        client = Client(connection)
        client.established()
        client.send("pusher:subscribe", {"channel": "news"})
        assert client.close_code() == 1011
        assert connection.close_reason == ""
    assert "nobody's business" in caplog.text
    assert site.connections() == 0


def test_a_bug_in_the_handshake_closes_with_1011(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    site = serve(origins=OriginPolicy([], ["https://[*"]), may_log=True)
    with site.connect(origin="https://example.com") as connection:
        assert Client(connection).close_code() == 1011
    assert "Invalid IPv6 URL" in caplog.text


def test_a_bug_in_the_timer_closes_that_session_alone(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    site = serve(may_log=True)
    with site.connect() as one:
        Client(one).established()
        (broken,) = site.sessions()
        with site.connect() as other:
            Client(other).established()
            site.call(broken.check, "no time")
            assert Client(one).close_code() == 1011
            assert site.sessions()
    assert "TypeError" in caplog.text


def test_an_event_that_cannot_be_sent_does_not_stop_the_next(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    site = serve(may_log=True)
    with site.connect() as connection:
        client = Client(connection)
        client.established()
        client.subscribe("news")
        site.publish("news", "\ud800")
        site.publish("news", "saved")
        assert client.receive()["event"] == "saved"
    assert "cannot be published" in caplog.text


def test_stopping_the_server_tells_its_clients_to_reconnect(serve: Serve) -> None:
    site = serve()
    with site.connect() as connection:
        client = Client(connection)
        client.established()
        site.runner.should_exit = True
        # A foreign server closes its sockets itself before it tells the application.
        assert client.close_code() in (ReconnectNow.code, 1012)


def test_events_published_without_a_loop_or_after_its_end_are_dropped(serve: Serve) -> None:
    idle = Server([APP], origins=OriginPolicy(["*"]))
    idle.publish_soon("1", [])
    site = serve()
    site.runner.should_exit = True
    deadline = time.monotonic() + PATIENCE
    while not site.server.loop.is_closed() and time.monotonic() < deadline:
        site.publish("news", "saved")
    assert site.server.loop.is_closed()
    site.publish("news", "saved")


LIVE = "private-onair-live-a"


def test_a_socket_is_spoken_to_alone_and_expelled_from_another_thread_and_may_come_back(site: Site) -> None:
    with site.connect() as connection:
        client = Client(connection)
        socket_id = client.established()
        fields = auth(socket_id, LIVE)
        client.subscribe(LIVE, **fields)
        site.server.publish_soon("1", [Publication((LIVE,), "onair:patch", "1", only=socket_id)])
        site.server.expel_soon("1", LIVE, socket_id, "onair:patch", "2")
        site.server.publish_soon("1", [Publication((LIVE,), "onair:patch", "3")])
        site.server.expel_soon("1", LIVE, socket_id, "onair:patch", "4")
        assert [client.receive()["data"] for _ in range(2)] == [1, 2]
        assert client.subscribe(LIVE, **fields)["event"] == "pusher_internal:subscription_succeeded"
        site.server.publish_soon("1", [Publication((LIVE,), "onair:patch", "5")])
        assert client.receive()["data"] == 5


def test_leaving_a_live_region_is_no_error_for_whom_the_site_has_expelled_from_it(site: Site) -> None:
    with site.connect() as connection:
        client = Client(connection)
        socket_id = client.established()
        client.subscribe(LIVE, **auth(socket_id, LIVE))
        site.server.expel_soon("1", LIVE, socket_id, "onair:patch", "1")
        assert client.receive()["data"] == 1
        client.send("pusher:unsubscribe", {"channel": LIVE})
        client.send("pusher:ping", {})
        assert client.receive()["event"] == "pusher:pong"


def test_a_live_regions_channel_needs_a_signature_and_takes_no_client_events(site: Site) -> None:
    with site.connect() as connection:
        client = Client(connection)
        socket_id = client.established()
        assert client.subscribe(LIVE)["event"] == "pusher:error"
        assert client.receive()["event"] == "pusher:subscription_error"
        client.subscribe(LIVE, **auth(socket_id, LIVE))
        client.send("client-patch", {}, channel=LIVE)
        assert "client event" in client.error()["message"].lower()


def test_a_last_event_that_cannot_be_sent_is_logged(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    site = serve(may_log=True)
    with site.connect() as connection:
        client = Client(connection)
        socket_id = client.established()
        client.subscribe(LIVE, **auth(socket_id, LIVE))
        site.server.expel_soon("1", LIVE, socket_id, "onair:patch", "\ud800")
        wait_until(lambda: "cannot be sent to a socket" in caplog.text, "it is logged")
