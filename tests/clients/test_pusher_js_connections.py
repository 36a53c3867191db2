"""Official pusher-js, sent away or cut off: what it does is what the server's code tells it."""

from __future__ import annotations

import pytest

from onair.protocol.errors import CODES, ProtocolError, Reconnect
from tests.clients.conftest import OpenClient
from tests.clients.joining import SUCCEEDED, joined
from tests.server.clients import Site, wait_until

#: What comes from below the protocol's messages: a server that goes away, or restarts.
BELOW = (1001, 1011, 1012)


def codes(reconnect: Reconnect) -> list[int]:
    return [code for code in CODES if code is not None and reconnect_of(code) is reconnect]


def reconnect_of(code: int) -> Reconnect:
    return type("Told", (ProtocolError,), {"code": code})().reconnect


def close(site: Site, code: int) -> None:
    (session,) = site.sessions()
    site.call(session.shut, code)


@pytest.mark.parametrize("code", [code for code in codes(Reconnect.NEVER) if code != 4000])
def test_it_gives_up_where_nothing_would_change(pusher_js: OpenClient, site: Site, code: int) -> None:
    client = pusher_js()
    client.next("connection", "connected")
    close(site, code)

    assert client.next("connection", "error").data["data"]["code"] == code
    client.next("connection", "disconnected")
    assert client.call("retries") == []


def test_it_turns_to_tls_where_only_that_is_accepted(pusher_js: OpenClient, site: Site) -> None:
    client = pusher_js()
    client.next("connection", "connected")
    close(site, 4000)
    client.next("connection", "error")

    wait_until(lambda: client.call("uses_tls"), "pusher-js uses TLS")


@pytest.mark.parametrize("code", [*codes(Reconnect.BACKOFF), *BELOW])
def test_it_comes_back_after_a_second(pusher_js: OpenClient, site: Site, code: int) -> None:
    client = joined(pusher_js(), "news")
    close(site, code)

    client.next("news", SUCCEEDED)
    assert client.call("retries")[0] == 1000


@pytest.mark.parametrize("code", codes(Reconnect.AT_ONCE))
def test_it_comes_back_at_once(pusher_js: OpenClient, site: Site, code: int) -> None:
    client = joined(pusher_js(), "news")
    close(site, code)

    client.next("news", SUCCEEDED)
    assert client.call("retries")[0] == 0


def test_it_joins_its_channels_again_with_new_signatures(pusher_js: OpenClient, site: Site) -> None:
    client = joined(joined(pusher_js(), "private-news"), "presence-room")
    site.call(site.server.close_all)
    client.next("private-news", SUCCEEDED)
    client.next("presence-room", SUCCEEDED)
    site.publish("private-news", "headline")

    client.next("private-news", "headline")


def test_an_unknown_key_is_refused_for_good(pusher_js: OpenClient) -> None:
    client = pusher_js(key="another")

    assert client.next("connection", "error").data["error"]["data"]["code"] == 4001
    client.next("connection", "disconnected")


def test_a_server_behind_a_proxys_prefix_is_reached(pusher_js: OpenClient) -> None:
    pusher_js(wsPath="/realtime").next("connection", "connected")
