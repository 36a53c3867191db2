"""Joining channels with pusher-js."""

from __future__ import annotations

from tests.clients.node import Driver

SUCCEEDED = "pusher:subscription_succeeded"


def joined(client: Driver, channel: str) -> Driver:
    """The client, which has joined the channel."""
    client.call("subscribe", channel)
    client.next(channel, SUCCEEDED)
    return client


def signed_in(client: Driver) -> Driver:
    """The client, which has signed in and is sent its user's events."""
    client.call("signin")
    client.next("message", "pusher:signin_success")
    name = f"#server-to-user-{client.call('user')['id']}"
    while client.next("message", "pusher_internal:subscription_succeeded").data["channel"] != name:
        pass
    return client
