"""A client of the protocol, as a library would be."""

from __future__ import annotations

import json
from typing import Any, Self

from websockets.sync.client import ClientConnection

from tests.conformance.application import channel_auth, user_auth
from tests.server.clients import PATIENCE, Client

SUCCEEDED = "pusher_internal:subscription_succeeded"


class Peer(Client):
    """A client that the server has accepted."""

    def __init__(self, connection: ClientConnection) -> None:
        super().__init__(connection)
        self.socket_id = self.established()

    def text(self) -> str:
        """The next message as it came."""
        return str(self.connection.recv(timeout=PATIENCE))

    def next(self, event: str) -> dict[str, Any]:
        """The next message, which must be this event."""
        message = self.receive()
        assert message["event"] == event, message
        return message

    def channel_auth(self, channel: str, channel_data: str | None = None) -> str:
        return channel_auth(self.socket_id, channel, channel_data)

    def user_auth(self, user_data: str) -> str:
        return user_auth(self.socket_id, user_data)

    def authorized(self, channel: str, user: str | None = None) -> dict[str, str]:
        """What the application's endpoint would answer for a channel."""
        if user is None:
            return {"auth": self.channel_auth(channel)}
        data = json.dumps({"user_id": user, "user_info": {"name": f"User {user}"}})
        return {"auth": self.channel_auth(channel, data), "channel_data": data}

    def join(self, channel: str, user: str | None = None) -> Self:
        """Subscribe to a channel with an authorisation, and take the answer."""
        self.send("pusher:subscribe", {"channel": channel, **self.authorized(channel, user)})
        assert self.next(SUCCEEDED)["channel"] == channel
        return self

    def sign_in(self, user: str, **data: Any) -> Self:
        """Sign in, and take the answer."""
        user_data = json.dumps({"id": user, **data})
        self.send("pusher:signin", {"auth": self.user_auth(user_data), "user_data": user_data})
        assert self.next("pusher:signin_success")["data"] == {"user_data": user_data}
        return self

    def whisper(self, channel: str, event: str, data: Any = None, **fields: Any) -> None:
        """Send a client event."""
        self.send(event, data, channel=channel, **fields)

    def settle(self) -> list[dict[str, Any]]:
        """What came until the server has answered all that was sent."""
        self.send("pusher:ping")
        messages = []
        while (message := self.receive())["event"] != "pusher:pong":
            messages.append(message)
        return messages
