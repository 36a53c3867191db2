"""Laravel Echo over official pusher-js against our server."""

from __future__ import annotations

import pytest
from pusher import Pusher

from tests.clients.conftest import OpenClient
from tests.clients.endpoint import Endpoint
from tests.clients.node import Driver
from tests.server.clients import Site


def opened(client: Driver, kind: str, channel: str) -> Driver:
    """The client, which has joined the channel."""
    client.call("open", kind, channel)
    client.next(channel, "subscribed")
    return client


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [
        ("channel", ""),
        ("private", "private-"),
        ("join", "presence-"),
        ("encryptedPrivate", "private-encrypted-"),
    ],
)
def test_it_listens_on_every_kind_of_channel(
    echo: OpenClient, library: Pusher, kind: str, prefix: str
) -> None:
    client = opened(echo(), kind, "orders")
    client.call("listen", "orders", ".order.shipped")
    client.call("listen", "orders", "OrderShipped")
    library.trigger(f"{prefix}orders", "order.shipped", {"order": 7})
    library.trigger(f"{prefix}orders", "App\\Events\\OrderShipped", {"order": 8})

    assert client.next("orders", ".order.shipped").data == {"order": 7}
    assert client.next("orders", "OrderShipped").data == {"order": 8}


def test_a_room_says_who_is_here_who_joins_and_who_leaves(echo: OpenClient) -> None:
    first, second = echo(user="1"), echo(user="2")
    first.call("open", "join", "room")
    assert first.next("room", "here").data == [{"name": "User 1"}]

    second.call("open", "join", "room")
    assert second.next("room", "here").data == [{"name": "User 1"}, {"name": "User 2"}]
    assert first.next("room", "joining").data == {"name": "User 2"}

    second.call("leave", "room")
    assert first.next("room", "leaving").data == {"name": "User 2"}


@pytest.mark.parametrize("kind", ["private", "join"])
def test_a_whisper_reaches_the_others(echo: OpenClient, kind: str) -> None:
    speaker, listener = opened(echo(user="1"), kind, "room"), opened(echo(user="2"), kind, "room")
    listener.call("listenForWhisper", "room", "typing")
    speaker.call("whisper", "room", "typing", {"name": "Ada"})

    assert listener.next("room", "typing").data == {"name": "Ada"}


def test_a_notification_arrives(echo: OpenClient, library: Pusher) -> None:
    client = opened(echo(), "private", "App.Models.User.1")
    client.call("notification", "App.Models.User.1")
    event = "Illuminate\\Notifications\\Events\\BroadcastNotificationCreated"
    library.trigger("private-App.Models.User.1", event, {"id": "n1"})

    assert client.next("App.Models.User.1", "notification").data == {"id": "n1"}


@pytest.mark.parametrize(("room", "status"), [("forbidden", 403), ("missigned", 401)])
def test_a_refusal_reaches_error(echo: OpenClient, room: str, status: int) -> None:
    client = echo()
    client.call("open", "private", room)

    error = client.next(room, "error").data
    assert (error["type"], error["status"]) == ("AuthError", status)


def test_a_channel_that_was_left_is_left(echo: OpenClient, library: Pusher, site: Site) -> None:
    client = opened(opened(echo(), "private", "orders"), "channel", "end")
    client.call("listen", "end", ".end")
    client.call("leave", "orders")
    opened(client, "channel", "another")
    library.trigger("end", "end", {})
    client.next("end", ".end")

    assert site.members("private-orders") == 0


def test_the_socket_id_goes_with_requests_so_that_others_alone_are_told(
    echo: OpenClient, application: Endpoint, library: Pusher
) -> None:
    sender, reader = opened(echo(), "channel", "orders"), opened(echo(), "channel", "orders")
    for client in (sender, reader):
        for event in (".created", ".end"):
            client.call("listen", "orders", event)
    sender.call("post", f"{application.url}/orders", {"order": 7})
    (request,) = [each for each in application.received if each.path == "/orders"]
    socket_id = request.headers["x-socket-id"]
    assert socket_id == sender.call("socketId")

    library.trigger("orders", "created", {}, socket_id)
    library.trigger("orders", "end", {})
    reader.next("orders", ".created")
    sender.next("orders", ".end")
    assert sender.told("orders", ".created") == []
