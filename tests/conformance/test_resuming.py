"""Coming back without a gap, for clients that ask for it."""

from __future__ import annotations

from typing import Any

from onair.protocol.app import Limits
from tests.conformance.application import trigger
from tests.conformance.conftest import Connect, Serve
from tests.conformance.peer import SUCCEEDED, Peer
from tests.server.clients import Site


def resume(client: Peer, channel: str, **before: str) -> dict[str, Any]:
    """Subscribe with positions, and return the answer."""
    client.send("pusher:subscribe", {"channel": channel, "resume": before})
    return client.next(SUCCEEDED)


def test_p_resume_positions_come_to_who_asks_alone(site: Site, connect: Connect) -> None:
    asking, other = connect(), connect().join("news")
    assert resume(asking, "news")["position"]
    trigger(site, "news", "headline")

    assert asking.next("headline")["position"]
    assert "position" not in other.next("headline")


def test_p_resume_what_was_missed_comes_once_and_in_order(site: Site, connect: Connect) -> None:
    client = connect()
    resume(client, "news")
    trigger(site, "news", "seen", 0)
    position = client.next("seen")["position"]
    client.connection.close()
    for number in range(1, 4):
        trigger(site, "news", "missed", number)

    client = connect()
    assert resume(client, "news", position=position)["position"] == position
    assert [client.next("missed")["data"] for _ in range(3)] == [1, 2, 3]
    trigger(site, "news", "new")
    assert [message["event"] for message in until(client, "new")] == ["new"]


def until(client: Peer, event: str) -> list[dict[str, Any]]:
    """The application's events until this one."""
    messages = []
    while not messages or messages[-1]["event"] != event:
        message = client.receive()
        if not message["event"].startswith("pusher_internal:"):
            messages.append(message)
    return messages


def test_p_resume_what_was_excluded_for_the_former_socket_is_not_sent(site: Site, connect: Connect) -> None:
    client = connect()
    position = resume(client, "news")["position"]
    client.connection.close()
    trigger(site, "news", "own", socket_id=client.socket_id)
    trigger(site, "news", "others")

    back = connect()
    trigger(site, "news", "own again", socket_id=back.socket_id)
    resume(back, "news", position=position, socket_id=client.socket_id)
    back.next("others")
    back.next("pusher_internal:position")


def test_p_position_an_excluded_event_moves_the_position_of_its_socket(site: Site, connect: Connect) -> None:
    client = connect()
    resume(client, "news")
    trigger(site, "news", "own", socket_id=client.socket_id)
    moved = client.next("pusher_internal:position")
    trigger(site, "news", "others")

    assert (moved["channel"], moved["data"]) == ("news", {})
    assert client.next("others")["position"] != moved["position"]


def test_p_position_it_follows_what_was_missed(site: Site, connect: Connect) -> None:
    client = connect()
    position = resume(client, "news")["position"]
    client.connection.close()
    trigger(site, "news", "missed")

    client = connect()
    resume(client, "news", position=position)
    missed = client.next("missed")
    assert client.next("pusher_internal:position")["position"] == missed["position"]


def test_p_gap_where_the_history_does_not_reach_back_a_gap_is_told(serve: Serve, connect: Connect) -> None:
    site = serve(limits=Limits(history_events=1))
    client = connect(site)
    position = resume(client, "news")["position"]
    client.connection.close()
    for number in range(3):
        trigger(site, "news", "missed", number)

    client = connect(site)
    assert resume(client, "news", position=position)["position"] != position
    assert client.next("onair:gap") == {"event": "onair:gap", "channel": "news", "data": {}}
    trigger(site, "news", "new")
    client.next("new")


def test_p_gap_the_position_of_another_server_is_one(connect: Connect) -> None:
    client = connect()
    assert resume(client, "news", position="elsewhere.7")["position"] != "elsewhere.7"

    client.next("onair:gap")
