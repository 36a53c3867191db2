"""Our protocol class in front of a site that has sockets of its own."""

from __future__ import annotations

import json
import socket
import threading

import pytest

from onair.protocol.errors import ReconnectNow
from onair.server.types import Receive, Scope, Send
from tests.server.clients import Client, Site, client_frame
from tests.server.conftest import Serve


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """A site: it echoes on its sockets, answers a page, and knows no lifespan, as Django."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
        await send({"type": "http.response.body", "body": b"page"})
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (event := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": f"{scope['path']} {event['text']}"})
    else:
        raise ValueError(f"{scope['type']} is not known")


@pytest.fixture
def site(serve: Serve) -> Site:
    return serve(inner=echo)


def test_our_sockets_and_the_site_s_own_live_side_by_side(site: Site) -> None:
    with site.connect() as ours, site.connect("/chat/7?protocol=7") as theirs:
        assert Client(ours).established()
        theirs.send("hello")
        assert theirs.recv(timeout=10) == "/chat/7 hello"
        assert site.connections() == 1


@pytest.mark.parametrize("path", ["/app/nokey?protocol=7", "/app/key/more?protocol=7", "/"])
def test_a_path_without_a_key_of_ours_is_the_site_s(site: Site, path: str) -> None:
    with site.connect(path) as theirs:
        theirs.send("hello")
        assert str(theirs.recv(timeout=10)).endswith(" hello")


def test_pages_and_unsigned_requests_are_the_site_s(site: Site) -> None:
    for path in ("/", "/app/key", "/apps/1/events", "/apps/2/events?auth_signature=1"):
        assert site.request("POST", path) == (200, "page")


def test_signed_requests_for_our_apps_are_ours(site: Site) -> None:
    assert site.post("events", {"name": "x", "channel": "news", "data": ""}) == (200, "{}")
    assert site.request("POST", "/apps/1/events?auth_signature=1")[0] == 401


def test_what_a_client_sends_right_behind_its_request_is_read(site: Site) -> None:
    """It may come before the transport has been handed over."""
    count = 200
    with site.raw("/chat") as theirs, site.raw() as ours:
        theirs.send(client_frame(1, b"x") * count)
        ours.send(client_frame(1, json.dumps({"event": "pusher:ping"}).encode()) * count)
        assert [theirs.read_frame()[1] for _ in range(count)] == [b"/chat x"] * count
        assert ours.read_message()["event"] == "pusher:connection_established"
        assert [ours.read_message()["event"] for _ in range(count)] == ["pusher:pong"] * count


def test_a_client_that_vanishes_in_the_handshake_is_no_error(site: Site) -> None:
    for path in ("/app/key?protocol=7", "/chat"):
        for _ in range(20):
            client = site.raw(path)
            client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.sock.close()
    with site.connect() as connection:
        assert Client(connection).established()


def test_stopping_closes_both_kinds(site: Site) -> None:
    with site.connect() as ours, site.connect("/chat") as theirs:
        Client(ours).established()
        site.runner.should_exit = True
        assert Client(ours).close_code() in (ReconnectNow.code, 1012)
        assert Client(theirs).close_code() == 1012


@pytest.mark.parametrize("transport", ["wire", "wire on asyncio"])
def test_two_hundred_clients_connect_at_once(site: Site) -> None:
    codes: list[str] = []

    def visit() -> None:
        with site.raw() as client:
            codes.append(client.read_message()["event"])

    threads = [threading.Thread(target=visit) for _ in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert codes == ["pusher:connection_established"] * 200
