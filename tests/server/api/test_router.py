"""Which path leads where, and how a path is signed."""

from __future__ import annotations

import json
import time
from urllib.parse import urlencode

import pytest

from onair.protocol import signing
from onair.server.types import Receive, Scope, Send
from tests.server.clients import Site, signed_path
from tests.server.conftest import APP, Serve

EVENT = json.dumps({"name": "saved", "channel": "news", "data": "{}"}).encode()


@pytest.mark.parametrize(
    ("method", "path", "text"),
    [
        ("POST", "/apps/1/nothing", "channels/NAME"),
        ("POST", "/apps/1/events/", "events"),
        ("POST", "/apps/2/events", "No app is served"),
        ("POST", "/apps/1/", "No app is served"),
        ("GET", "/apps/1/channels/a/b/users", "is not known"),
        ("GET", "/", "No app is served"),
        ("GET", "/app/key", "No app is served"),
    ],
)
def test_what_is_nowhere_says_what_there_is(site: Site, method: str, path: str, text: str) -> None:
    for query in ("", "?auth_signature=x"):
        status, answer = site.request(method, path + query)
        assert (status, text in answer) == (404, True), answer


ENDPOINTS = {
    "events": "POST",
    "batch_events": "POST",
    "channels": "GET",
    "channels/news": "GET",
    "channels/news/users": "GET",
    "channels/news/stats": "GET",
    "channels/news/events": "POST",
    "users/7/terminate_connections": "POST",
}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_another_method_is_told_which_one_is_known(site: Site, endpoint: str) -> None:
    for method in {"GET", "POST", "PUT", "DELETE", "OPTIONS"} - {ENDPOINTS[endpoint]}:
        for query in ("", "?auth_signature=x"):
            url = f"http://{site.host}:{site.port}/apps/1/{endpoint}{query}"
            response = site.http.request(method, url)
            assert (response.status, response.headers["Allow"]) == (405, ENDPOINTS[endpoint])
            assert f"{ENDPOINTS[endpoint]} to /apps/1/{endpoint}" in response.data.decode()


def test_a_prefix_of_the_path_is_accepted(site: Site) -> None:
    assert site.post("events", EVENT, prefix="/live") == (200, "{}")


def test_behind_a_proxy_the_path_is_signed_as_the_client_sees_it(serve: Serve) -> None:
    site = serve(options={"root_path": "/live"})
    path = signed_path(APP, "events", EVENT, prefix="/live")
    assert site.request("POST", path.removeprefix("/live"), EVENT) == (200, "{}")


@pytest.mark.parametrize("signed", ["presence-a@b=c", "presence-a%40b=c", "presence-a%40b%3Dc"])
@pytest.mark.parametrize("sent", ["presence-a@b=c", "presence-a%40b=c", "presence-a%40b%3Dc"])
def test_a_name_is_signed_as_it_is_or_as_it_is_sent(site: Site, signed: str, sent: str) -> None:
    path = f"/apps/1/channels/{signed}/users"
    query = signing.signed_query(APP.credentials[0], "GET", path, timestamp=int(time.time()))
    status, answer = site.request("GET", f"/apps/1/channels/{sent}/users?{urlencode(query)}")
    if signed in {"presence-a@b=c", sent}:
        assert (status, answer) == (200, '{"users":[]}')
    else:
        assert (status, "/apps/1/channels/presence-a@b=c/users" in answer) == (401, True)


def test_an_escaped_slash_is_a_part_of_the_name(site: Site) -> None:
    status, answer = site.get("channels/presence-a%2Fusers")
    assert (status, "'presence-a/users'" in answer) == (400, True)


class TestBesideASite:
    """What is not for our apps, or not signed, is the site's."""

    @pytest.fixture
    def site(self, serve: Serve) -> Site:
        async def site(scope: Scope, receive: Receive, send: Send) -> None:
            assert scope["type"] == "http"
            await send({"type": "http.response.start", "status": 418, "headers": []})
            await send({"type": "http.response.body", "body": scope["path"].encode()})

        return serve(inner=site)

    def test_what_is_signed_for_an_app_of_ours_is_answered(self, site: Site) -> None:
        assert site.post("events", EVENT) == (200, "{}")
        assert site.get("channels") == (200, '{"channels":{}}')
        assert site.request("POST", "/apps/1/events?auth_signature=x")[0] == 401

    @pytest.mark.parametrize(
        "path",
        [
            "/apps/1/events",
            "/apps/2/events?auth_signature=x",
            "/apps/1/?auth_signature=x",
            "/users/7/terminate_connections?auth_signature=x",
            "/users/7/terminate_connections?auth_key=nokey&auth_signature=x",
            "/users/7/terminate_connections?auth_key=key",
            "/users/7?auth_key=key&auth_signature=x",
        ],
    )
    def test_everything_else_is_the_sites(self, site: Site, path: str) -> None:
        assert site.request("POST", path)[0] == 418

    def test_a_users_connections_may_be_terminated_without_naming_the_app(self, site: Site) -> None:
        query = "auth_key=key&auth_signature=x"
        assert site.request("POST", f"/users/7/terminate_connections?{query}")[0] == 401
