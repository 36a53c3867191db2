"""Which requests are carried out: signatures, sizes, and apps that take none."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import Any

import pytest

from onair.protocol.app import Credential
from onair.protocol.errors import ReconnectNow
from tests.server.clients import Site, signed_path
from tests.server.conftest import APP, Serve

EVENT = {"name": "saved", "channel": "news", "data": "{}"}
STRANGER = replace(APP, credentials=(Credential("key", "another secret"),))

UNAUTHORISED: list[tuple[str, dict[str, Any], str]] = [
    ("another secret", {"app": STRANGER}, "you should have sent HmacSHA256Hex"),
    ("another key", {"auth_key": "nokey"}, "auth_key"),
    ("too old", {"age": 601}, "Timestamp expired"),
    ("from the future", {"age": -602}, "Timestamp expired"),
    ("no time", {"auth_timestamp": "now"}, "in whole seconds"),
    ("another version", {"auth_version": "2.0"}, "auth_version"),
    ("another body", {"body_md5": "0" * 32}, "body_md5"),
    ("another parameter", {"extra": "1"}, "Invalid signature"),
    ("no signature", {"auth_signature": ""}, "Invalid signature"),
]


@pytest.mark.parametrize(
    ("options", "text"), [case[1:] for case in UNAUTHORISED], ids=[case[0] for case in UNAUTHORISED]
)
def test_a_request_that_no_secret_signed_is_refused(site: Site, options: dict[str, Any], text: str) -> None:
    status, answer = site.post("events", EVENT, **options)
    assert status == 401
    assert text in answer
    assert APP.secret not in answer


def test_the_refusal_shows_what_should_have_been_signed(site: Site) -> None:
    path = signed_path(STRANGER, "channels", method="GET", params={"info": "user_count"})
    status, answer = site.request("GET", path)
    assert status == 401
    assert 'HmacSHA256Hex("GET\\n/apps/1/channels\\nauth_key=key&auth_timestamp=' in answer
    assert '&auth_version=1.0&info=user_count", your_secret_key), but you sent' in answer


def test_a_replaced_key_is_accepted(site: Site) -> None:
    assert site.post("events", EVENT, key=1) == (200, "{}")


def test_an_unsigned_request_is_refused(site: Site) -> None:
    for query in ("", "?auth_signature="):
        status, answer = site.request("POST", f"/apps/1/events{query}", b"{}")
        assert (status, "auth_key" in answer) == (401, True)


def test_the_body_that_was_signed_is_needed(site: Site) -> None:
    path = signed_path(APP, "events", b"{}")
    assert site.request("POST", path, b"[]")[0] == 401
    assert site.request("POST", path)[0] == 401
    assert site.request("POST", signed_path(APP, "events"), b"{}")[0] == 401


def test_an_empty_body_may_have_its_checksum(site: Site) -> None:
    params = {"body_md5": "d41d8cd98f00b204e9800998ecf8427e"}
    assert site.get("channels", **params) == (200, '{"channels":{}}')
    assert site.get("channels", body_md5="0" * 32)[0] == 401


def test_a_disabled_app_takes_none(serve: Serve) -> None:
    site = serve(replace(APP, enabled=False))
    for status, answer in (site.post("events", EVENT), site.get("channels")):
        assert (status, "App 1 is disabled" in answer) == (403, True)
    assert site.post("events", EVENT, app=STRANGER)[0] == 401


def test_a_server_that_serves_nothing_says_why(site: Site) -> None:
    site.call(site.server.refuse, ReconnectNow("Another process serves the sockets"))
    for status, answer in (site.post("events", EVENT), site.get("channels")):
        assert (status, answer) == (503, "Another process serves the sockets\n")


def test_an_unsigned_request_is_refused_before_its_body_is_read(site: Site) -> None:
    for query in (b"", b"?auth_signature=x"):
        with socket.create_connection((site.host, site.port), timeout=10) as raw:
            head = b"POST /apps/1/batch_events%b HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{"
            raw.sendall(head % query)
            assert raw.recv(100).startswith(b"HTTP/1.1 401")


def test_a_body_that_is_announced_too_large_is_refused_before_it_is_read(site: Site) -> None:
    with socket.create_connection((site.host, site.port), timeout=10) as raw:
        path = signed_path(APP, "events", b"{")
        raw.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n{{".encode())
        assert raw.recv(100).startswith(b"HTTP/1.1 413")


def test_a_body_without_an_announced_length_is_bounded_as_well(site: Site) -> None:
    with socket.create_connection((site.host, site.port), timeout=10) as raw:
        path = signed_path(APP, "events", b"")
        raw.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        chunk = b"%x\r\n%s\r\n" % (100_000, b" " * 100_000)
        for _ in range(7):
            raw.sendall(chunk)
        assert raw.recv(100).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("endpoint", ["users/7/terminate_connections", "channels/news/events"])
def test_a_body_has_a_limit_wherever_it_goes(site: Site, endpoint: str) -> None:
    status, answer = site.post(endpoint, b"x" * 200_000)
    assert (status, "more than" in answer) == (413, True)
