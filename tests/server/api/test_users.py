"""The users of a channel, and those who have signed in."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pusher
import pytest

from onair.protocol import signing
from onair.protocol.app import Credential
from tests.server.clients import Client, Site
from tests.server.conftest import APP


@pytest.fixture
def users(site: Site) -> Iterator[dict[str, Client]]:
    """Connections: two of user 7, one of user 8, and one of nobody."""
    with site.connect() as one, site.connect() as two, site.connect() as three, site.connect() as four:
        named = zip(("7", "7 again", "8", "nobody"), (one, two, three, four), strict=True)
        clients = {name: Client(connection) for name, connection in named}
        for name, client in clients.items():
            socket_id = client.established()
            if name != "nobody":
                client.sign_in(APP, socket_id, name[0])
        yield clients


def path_without_app(
    user_id: str, body: bytes = b"{}", credential: Credential = APP.credentials[0], prefix: str = ""
) -> str:
    path = f"{prefix}/users/{user_id}/terminate_connections"
    query = signing.signed_query(credential, "POST", path, body, timestamp=int(time.time()))
    return f"{path}?{urlencode(query)}"


def check_terminated(site: Site, users: dict[str, Client]) -> None:
    """Those of user 7 are closed, for good; the others are not."""
    for name in ("7", "7 again"):
        assert users[name].receive()["data"] == {
            "code": 4009,
            "message": "The user's connections were terminated",
        }
        assert users[name].close_code() == 4009
    assert site.connections() == 2
    for name in ("8", "nobody"):
        users[name].send("pusher:ping")
        assert users[name].receive()["event"] == "pusher:pong"


def test_every_connection_of_a_user_is_closed(site: Site, users: dict[str, Client]) -> None:
    assert site.post("users/7/terminate_connections", {}) == (200, "{}")
    check_terminated(site, users)


def test_the_official_library_leaves_out_the_app(
    site: Site, users: dict[str, Client], library: pusher.Pusher
) -> None:
    assert library.terminate_user_connections("7") == {}
    check_terminated(site, users)


def test_a_body_is_not_needed(site: Site, users: dict[str, Client]) -> None:
    assert site.post("users/7/terminate_connections", b"") == (200, "{}")
    check_terminated(site, users)


def test_a_user_without_a_connection_is_no_error(site: Site) -> None:
    assert site.post("users/7/terminate_connections", {}) == (200, "{}")


def test_being_on_a_presence_channel_is_not_being_signed_in(site: Site) -> None:
    with site.connect() as connection:
        client = Client(connection)
        client.join(APP, client.established(), "presence-room", "7")
        site.post("users/7/terminate_connections", {})
        client.send("pusher:ping")
        assert client.receive()["event"] == "pusher:pong"


@pytest.mark.parametrize(
    ("make_path", "status", "text"),
    [
        # Signed where the test runs: a signature is good for ten minutes.
        (lambda: path_without_app("7", credential=APP.credentials[1]), 200, "{}"),
        (lambda: path_without_app("7", prefix="/live"), 200, "{}"),
        (lambda: path_without_app("a b").replace(" ", "%20"), 400, "Invalid user id 'a b'"),
        (lambda: path_without_app("7", credential=Credential("key", "wrong")), 401, "HmacSHA256Hex"),
        (lambda: path_without_app("7", credential=Credential("nokey", "wrong")), 404, "No app is served"),
        (lambda: "/users/7/terminate_connections", 404, "No app is served"),
        (lambda: path_without_app("7").replace("terminate", "end"), 404, "No app is served"),
    ],
)
def test_without_the_app_its_key_says_which_one_is_meant(
    site: Site, make_path: Callable[[], str], status: int, text: str
) -> None:
    got, answer = site.request("POST", make_path(), b"{}")
    assert (got, text in answer) == (status, True), answer


def test_the_users_of_a_channel_are_listed_once_each(site: Site) -> None:
    assert site.get("channels/presence-room/users") == (200, '{"users":[]}')
    with site.connect() as one, site.connect() as two:
        for connection in (one, two):
            client = Client(connection)
            client.join(APP, client.established(), "presence-room", "7")
        status, answer = site.get("channels/presence-room/users")
    assert (status, json.loads(answer)) == (200, {"users": [{"id": "7"}]})
