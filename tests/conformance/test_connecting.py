"""Connecting, and staying connected."""

from __future__ import annotations

import json
import re

import pytest
from websockets.frames import Opcode

from tests.conformance.application import KEY
from tests.conformance.conftest import Connect, Serve
from tests.server.clients import Client, Site, client_frame, text_frame

PATH = f"/app/{KEY}?protocol=7"


@pytest.mark.parametrize(
    "path",
    [
        f"{PATH}&client=js&version=8.6.0&flash=false",
        f"/app/{KEY}?protocol=6",
        f"/app/{KEY}?client=Pysher&version=1.0.7&protocol=5",
        f"/a/proxys/prefix{PATH}",
    ],
)
def test_p_url_a_client_connects_by_its_key_with_a_version_behind_any_prefix(
    site: Site, connect: Connect, path: str
) -> None:
    assert connect(site, path).join("news")


def test_p_txt_messages_are_text_frames_of_json_with_an_event(site: Site) -> None:
    with site.raw(PATH) as client:
        opcode, payload = client.read_frame()

    assert opcode == Opcode.TEXT
    assert isinstance(json.loads(payload)["event"], str)


def test_p_txt_a_control_ping_gets_a_control_pong_and_a_pusher_ping_a_pusher_pong(site: Site) -> None:
    with site.raw(PATH) as client:
        client.read_frame()
        client.send(client_frame(Opcode.PING, b"are you there"))
        assert client.read_frame() == (Opcode.PONG, b"are you there")
        client.send(text_frame("pusher:ping"))
        assert client.read_message() == {"event": "pusher:pong", "data": {}}


def test_p_est_the_first_message_has_a_socket_id_and_a_timeout_in_a_string(serve: Serve) -> None:
    with serve(activity_timeout=33).raw(PATH) as client:
        message = client.read_message()

    assert message["event"] == "pusher:connection_established"
    assert isinstance(message["data"], str)
    data = json.loads(message["data"])
    assert set(data) == {"socket_id", "activity_timeout"}
    assert data["activity_timeout"] == 33


def test_p_sid_socket_ids_are_two_numbers_each_another_and_not_in_a_row(connect: Connect) -> None:
    ids = [connect().socket_id for _ in range(10)]

    assert all(re.fullmatch(r"\d+\.\d+", socket_id) for socket_id in ids)
    halves = [half for socket_id in ids for half in socket_id.split(".")]
    assert len(set(halves)) == len(halves)
    assert max(map(int, halves)) > 2**40


def test_p_errh_a_refused_client_is_connected_told_why_and_closed_with_that_code(site: Site) -> None:
    with site.raw("/app/nobody?protocol=7") as client:
        assert client.response.startswith(b"HTTP/1.1 101")
        message = client.read_message()
        assert message["event"] == "pusher:error"
        assert message["data"]["code"] == client.close_code() == 4001


def test_p_act_a_silent_client_is_asked_and_closed_where_it_does_not_answer(
    site: Site, connect: Connect
) -> None:
    silent = connect()
    site.pass_time(site.app.activity_timeout + 1)
    silent.next("pusher:ping")
    site.pass_time(site.app.activity_timeout + 31)

    assert silent.close_code() == 4201


@pytest.mark.parametrize(
    "sign", [text_frame("pusher:pong"), client_frame(Opcode.PONG)], ids=["event", "frame"]
)
def test_p_act_any_sign_of_life_keeps_a_connection(site: Site, sign: bytes) -> None:
    with site.raw(PATH) as client:
        client.read_message()
        site.pass_time(site.app.activity_timeout + 1)
        assert client.read_message()["event"] == "pusher:ping"
        client.send(sign)
        client.send(text_frame("pusher:ping"))
        assert client.read_message()["event"] == "pusher:pong"
        site.pass_time(site.app.activity_timeout - 1)
        client.send(text_frame("pusher:subscribe", {"channel": "news"}))
        assert client.read_message()["event"] == "pusher_internal:subscription_succeeded"


def test_p_ping_the_servers_ping_is_an_object_that_browsers_can_answer(site: Site, connect: Connect) -> None:
    client = connect()
    site.pass_time(site.app.activity_timeout + 1)

    assert json.loads(client.text()) == {"event": "pusher:ping", "data": {}}
    client.send("pusher:pong")
    assert client.settle() == []


def test_p_origin_a_page_of_another_site_may_not_connect(serve: Serve, connect: Connect) -> None:
    site = serve(origins=["good.example.com"])
    assert connect(site, origin="https://good.example.com")
    with site.connect(PATH, origin="https://evil.example.com") as connection:
        client = Client(connection)

        assert client.error()["code"] == client.close_code() == 4009
