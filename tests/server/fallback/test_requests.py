"""A session outlives its requests: nothing is lost between them, and nothing comes twice."""

from __future__ import annotations

import threading
from contextlib import ExitStack

from hypothesis import given, settings
from hypothesis import strategies as st

from onair.protocol.errors import ReconnectNow
from onair.protocol.publication import Publication
from onair.server.fallback.response import Response
from onair.server.types import Event
from onair.server.watch import Timings
from tests.server.clients import Client, Site, wait_until
from tests.server.conftest import Serve
from tests.server.fallback.clients import BUFFER, PollingClient, StreamingClient, connected
from tests.server.fallback.conftest import Open

#: Characters of one, two, three and four bytes, which JavaScript counts as one, one, one and two.
TEXT = "aü“🚢" * 500


def test_nothing_is_lost_or_doubled_while_a_client_asks_again(site: Site, open_client: Open) -> None:
    client = open_client(site)
    client.established()
    client.subscribe("news")
    total = 1_000

    def publish() -> None:
        for number in range(total):
            site.publish("news", "saved", [number, TEXT])

    thread = threading.Thread(target=publish)
    thread.start()
    received = [client.receive()["data"] for _ in range(total)]
    thread.join()
    assert [number for number, _ in received] == list(range(total))
    assert {text for _, text in received} == {TEXT}
    assert client.opened == 1


def test_a_streaming_client_has_asked_again_as_often_as_its_buffer_was_full(site: Site) -> None:
    with connected(StreamingClient(site)) as client:
        client.established()
        client.subscribe("news")
        for number in range(40):
            site.publish("news", "saved", "x" * 30_000)
            assert client.receive()["event"] == "saved", number
        assert client.answers == 1 + 40 * 30_000 // BUFFER
        assert client.opened == 1


def test_an_answer_ends_by_itself_when_the_client_s_buffer_is_full(site: Site) -> None:
    with connected(StreamingClient(site)) as client:
        client.established()
        client.subscribe("news")
        answer = client.open()
        for _ in range(4):
            site.publish("news", "saved", "🚢" * 20_000)  # 40,000 units, 80,000 bytes
        rest = answer.readlines(1)
        while sum(map(len, rest)) // 2 < 4 * 40_000:
            rest.append(answer.readline())
        assert not answer.isclosed()  # to the browser it is not full yet
        for _ in range(4):
            site.publish("news", "saved", "🚢" * 20_000)
        rest += answer.readlines()
        length = len(b"".join(rest).decode().encode("utf-16-le")) // 2
        assert length > BUFFER - 1_000  # less what had been read before
        assert len(b"".join(rest[:-1]).decode().encode("utf-16-le")) // 2 <= BUFFER


def test_an_end_that_the_client_would_not_read_any_more_is_in_the_next_answer(site: Site) -> None:
    def end() -> None:
        site.server.publish(site.app.id, [Publication(("news",), "saved", '"%s"' % ("x" * 60_000))])
        site.server.served[site.app.id].hub.flush()
        site.server.close_all()

    with connected(StreamingClient(site)) as client:
        client.established()
        client.subscribe("news")
        for _ in range(3):
            site.publish("news", "saved", "x" * 80_000)
            assert client.receive()["event"] == "saved"
        site.call(end)
        assert client.close_code() == ReconnectNow.code
        assert client.opened == 1


@settings(deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1), st.integers(0, 50)
)
def test_an_answer_ends_behind_the_line_that_exceeds_its_share(texts: list[str], share: int) -> None:
    sent: list[Event] = []

    async def send(event: Event) -> None:
        sent.append(event)

    response = Response(send, share)
    length = 0
    for text in texts:
        if response.is_over:
            break
        write = response.write(text.encode())
        try:
            write.send(None)
        except StopIteration:
            length += len(text.encode("utf-16-le")) // 2
        assert sent[-1]["more_body"] == (length <= share)


def test_what_happens_between_two_polls_is_in_the_second(site: Site) -> None:
    with connected(PollingClient(site)) as client:
        client.established()
        client.send("pusher:subscribe", {"channel": "news"})
        for number in range(3):
            site.publish("news", "saved", number)
        events = [client.receive()["event"] for _ in range(4)]
        assert events == ["pusher_internal:subscription_succeeded", *["saved"] * 3]


def test_a_client_that_does_not_come_back_leaves(serve: Serve, open_client: Open) -> None:
    site = serve(timings=Timings(absence=600))
    with connected(PollingClient(site)) as client:
        client.established()
        client.subscribe("news")
        site.server.watch.timings = Timings(absence=0.05)
        client.send("pusher:ping")
        assert client.receive()["event"] == "pusher:pong"
        wait_until(lambda: site.connections() == 0, "it has left")
        assert site.members("news") == 0


def test_a_client_that_comes_back_too_late_is_told_by_a_second_o(serve: Serve) -> None:
    site = serve(timings=Timings(absence=0.05))
    with connected(PollingClient(site)) as client:
        former = client.established()
        wait_until(lambda: site.connections() == 0, "it has left")
        assert client.established() != former
        assert client.opened == 2


def test_a_client_may_be_away_for_as_long_as_it_is_told(serve: Serve) -> None:
    site = serve(timings=Timings(absence=600))
    with connected(PollingClient(site)) as client:
        client.established()
        assert site.connections() == 1
        client.subscribe("news")
        site.publish("news", "saved")
        assert client.receive()["event"] == "saved"


def test_sessions_that_are_away_keep_nobody_out(serve: Serve) -> None:
    site = serve(max_connections=8, timings=Timings(absence=600))
    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(connected(PollingClient(site))).established()
        wait_until(lambda: site.connections() == 2, "all but two were given up")
        client = stack.enter_context(connected(PollingClient(site)))
        client.established()
        Client(stack.enter_context(site.connect())).established()
        client.subscribe("news")
        site.publish("news", "saved")
        assert client.receive()["event"] == "saved"


def test_the_end_of_a_session_waits_for_the_next_poll(site: Site) -> None:
    with connected(PollingClient(site)) as client:
        client.established()
        site.call(site.server.close_all)
        assert client.error()["code"] == 4200
        assert client.close_code() == 4200


def test_an_end_that_nobody_asks_for_is_forgotten(serve: Serve) -> None:
    site = serve(timings=Timings(tick=0.05, linger=0.05))
    with connected(PollingClient(site)) as client:
        client.established()
        site.call(site.server.close_all)
        wait_until(lambda: not site.call(lambda: site.server.watch.is_running), "it is forgotten")
        client.established()
        assert client.opened == 2


def test_a_newer_request_takes_the_place_of_an_older_one(site: Site) -> None:
    with connected(StreamingClient(site)) as client:
        client.established()
        client.subscribe("news")
        former = client.open()
        later = client.post("xhr_streaming")
        assert former.read() == b""
        site.publish("news", "saved")
        assert b"saved" in later.readline()
        assert site.connections() == 1
        later.close()
    wait_until(lambda: site.connections() == 0, "it has gone")


def test_of_many_requests_only_the_last_gets_what_comes(site: Site) -> None:
    with connected(StreamingClient(site)) as client:
        client.established()
        client.subscribe("news")
        answers = [client.open(), *(client.post("xhr_streaming") for _ in range(5))]
        for former in answers[:-1]:
            assert former.read() == b""
        site.publish("news", "saved")
        assert b"saved" in answers[-1].readline()
        answers[-1].close()


def test_a_silent_answer_says_something_now_and_then(serve: Serve, open_client: Open) -> None:
    site = serve(timings=Timings(heartbeat=0.02))
    client = open_client(site)
    client.established()
    while client.heartbeats < 3:
        client.read()
    assert client.opened == 1


def test_a_client_that_asks_for_a_sign_of_life_gets_one(site: Site, open_client: Open) -> None:
    client = open_client(site)
    client.established()
    assert client.send_body(b"[]") == (204, "")
    client.read()
    assert client.heartbeats == 0  # which it would answer


def test_a_session_over_http_and_a_socket_hear_the_same(site: Site, open_client: Open) -> None:
    client = open_client(site)
    client.established()
    client.subscribe("news")
    with site.connect() as connection:
        socket = Client(connection)
        socket.established()
        socket.subscribe("news")
        site.publish("news", "saved", {"id": 7})
        assert client.receive() == socket.receive()
