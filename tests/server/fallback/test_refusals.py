"""Who may not take part, what cannot be read, and that a page of any origin learns why."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import urllib3

from onair.protocol.errors import OverCapacity
from onair.server.origins import OriginPolicy
from onair.server.session import TOO_LARGE
from tests.server.clients import Client, Site, wait_until
from tests.server.conftest import APP, Serve
from tests.server.fallback.conftest import Open
from tests.server.test_session import REFUSED_HANDSHAKES

REFUSED = [(f"/pusher{path}", code) for path, code in REFUSED_HANDSHAKES if code not in (4001, 4005)]


def assert_refused(client: Any, code: int) -> str:
    error = client.error()
    assert client.opened == 1
    assert error["code"] == code
    assert client.close_code() == code
    assert client.site.connections() == 0
    return str(error["message"])


@pytest.mark.parametrize(("path", "code"), [*REFUSED, ("/pusher/app/nokey?protocol=7", 4001)])
def test_a_refused_handshake_is_told_and_closed_with_its_code(
    site: Site, open_client: Open, path: str, code: int
) -> None:
    assert_refused(open_client(site, path), code)


def test_a_disabled_app_is_told(serve: Serve, open_client: Open) -> None:
    assert_refused(open_client(serve(replace(APP, enabled=False))), 4003)


@pytest.mark.parametrize("origin", ["https://evil.net", "null"])
def test_a_page_from_elsewhere_is_refused(serve: Serve, open_client: Open, origin: str) -> None:
    site = serve(origins=OriginPolicy(["example.com"]))
    assert "CSRF_TRUSTED_ORIGINS" in assert_refused(open_client(site, origin=origin), 4009)


@pytest.mark.parametrize("origin", [None, "https://example.com"])
def test_the_site_s_own_pages_and_other_programs_are_accepted(
    serve: Serve, open_client: Open, origin: str | None
) -> None:
    assert open_client(serve(origins=OriginPolicy(["example.com"])), origin=origin).established()


def test_sessions_and_sockets_count_together(serve: Serve, open_client: Open) -> None:
    site = serve(max_connections=2)
    with site.connect() as connection:
        Client(connection).established()
        client = open_client(site)
        client.established()
        third = open_client(site)
        assert third.error()["code"] == OverCapacity.code
        assert third.close_code() == OverCapacity.code
    wait_until(lambda: site.connections() == 1, "one has left")
    assert open_client(site).established()


def test_a_server_that_refuses_says_why(site: Site, open_client: Open) -> None:
    site.call(site.server.refuse, OverCapacity("Another process serves this site: set ONAIR_URL"))
    assert assert_refused(open_client(site), 4100) == "Another process serves this site: set ONAIR_URL"


JUNK = [b"", b"{", b"null", b"{}", b'"text"', b"[1]", b'["\\ud800"]', b'["\xff"]', b"[" * 5000]


def test_junk_is_told_and_the_session_stays(site: Site, open_client: Open) -> None:
    client = open_client(site)
    client.established()
    for body in JUNK:
        status, text = client.send_body(body)
        assert status == 400
        assert "array" in text
        assert client.error()["code"] is None
    client.send("pusher:ping")
    assert client.receive()["event"] == "pusher:pong"


def test_a_body_without_end_closes_the_session(site: Site, open_client: Open) -> None:
    client = open_client(site)
    client.established()
    status, text = client.send_body(b"[" + b" " * 10 * APP.limits.client_message_bytes)
    assert status == 413
    assert "61,440" in text
    assert client.close_code() == TOO_LARGE


def test_nobody_sends_to_a_session_that_is_not_there(site: Site, open_client: Open) -> None:
    client = open_client(site)
    status, text = client.send_body(b"[]")
    assert status == 404
    assert "xhr_streaming" in text
    assert site.connections() == 0


def test_nobody_sends_to_a_session_that_was_closed(site: Site, open_client: Open) -> None:
    client = open_client(site)
    client.established()
    site.call(site.server.close_all)
    assert client.send_body(b"[]")[0] == 404


SESSION = "/pusher/app/key/7/abcdefgh"

#: Requests of every outcome: method, endpoint, body, status.
ANSWERS = [
    ("OPTIONS", "xhr_streaming", b"", 204),
    ("OPTIONS", "xhr_send", b"", 204),
    ("POST", "xhr", b"", 200),
    ("POST", "xhr_send", b"[]", 204),
    ("POST", "xhr_send", b"junk", 400),
    ("POST", "xhr_send", b" " * 99_999, 413),
    ("POST", "xhr_send", b"[]", 404),
    ("GET", "xhr", b"", 405),
    ("PUT", "xhr_send", b"[]", 405),
]


def ask(site: Site, method: str, path: str, body: bytes = b"", **headers: str) -> urllib3.BaseHTTPResponse:
    address = f"http://{site.host}:{site.port}{path}"
    return site.http.request(method, address, body=body, headers=headers)


def test_every_answer_may_be_read_by_every_page_and_kept_by_nobody(site: Site) -> None:
    for method, endpoint, body, status in ANSWERS:
        response = ask(site, method, f"{SESSION}/{endpoint}?protocol=7", body, Origin="https://example.com")
        assert response.status == status
        assert response.headers["access-control-allow-origin"] == "*"
        assert "no-store" in response.headers["cache-control"]


def test_a_browser_is_told_that_it_may_post_json(site: Site) -> None:
    response = ask(site, "OPTIONS", f"{SESSION}/xhr_send", Origin="https://example.com")
    assert "POST" in response.headers["access-control-allow-methods"]
    assert response.headers["access-control-allow-headers"] == "content-type"
    assert site.connections() == 0


def test_another_method_is_told_what_to_use(site: Site) -> None:
    response = ask(site, "GET", f"{SESSION}/xhr_streaming")
    assert response.status == 405
    assert "POST" in response.headers["allow"]


def test_proxies_are_told_to_pass_on_what_is_received(site: Site) -> None:
    response = ask(site, "POST", f"{SESSION}/xhr?protocol=7")
    assert response.headers["x-accel-buffering"] == "no"
    assert "no-transform" in response.headers["cache-control"]
    assert json.loads(response.data.split(b"\n")[1][1:])
