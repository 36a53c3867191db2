"""A socket as a browser opens it, and what comes over it."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage, InvalidStatus
from websockets.sync.client import ClientConnection
from websockets.typing import Origin
from websockets.uri import parse_uri

from onair.doctor import network
from onair.doctor.address import Address
from onair.doctor.outcome import Failed
from onair.doctor.upgrading import not_upgraded, nothing_said, silent
from onair.protocol.app import App
from onair.protocol.signing import sign_channel

_SUBSCRIBED = "pusher_internal:subscription_succeeded"
#: Seconds that a close may take, whatever else has time: nobody needs its answer.
_CLOSING = 1.0

_QUERY = "protocol=7&client=onair-doctor&version=1"


class Late(Failed):
    """What was waited for did not come in time."""


class Message(dict[str, Any]):
    """A message of the server; ``received`` is when it was read, in seconds of the steady clock."""

    received: float = 0.0

    @property
    def data(self) -> dict[str, Any]:
        """Its data, decoded where it came as text."""
        data = self.get("data")
        if isinstance(data, str):
            data = json.loads(data)
        return data if isinstance(data, dict) else {}


class Browser:
    """One socket. Everything that waits does so for a limited time.

    Args:
        timeout: The seconds that one answer may take.
    """

    def __init__(self, address: Address, connection: ClientConnection, timeout: float) -> None:
        self.address = address
        self.socket_id = ""
        self._connection = connection
        self._timeout = timeout
        self._unread: deque[Message] = deque()

    @classmethod
    def open(cls, address: Address, key: str, origin: str | None, timeout: float) -> Browser:
        """Connect, and shake hands. Redirects are not followed: browsers do not either.

        Raises:
            Failed: there is no socket.
        """
        sock = network.connect(address, timeout)
        if address.secure:
            sock = network.secured(sock, address, timeout)
        sock.settimeout(None)
        uri = parse_uri(f"{address.url}/app/{key}?{_QUERY}")
        protocol = ClientProtocol(uri, origin=None if origin is None else Origin(origin))
        connection = ClientConnection(sock, protocol, close_timeout=min(timeout, _CLOSING))
        try:
            connection.handshake(timeout=timeout)
        except (InvalidHandshake, OSError, EOFError) as error:
            connection.close()
            raise _refusal(error, address, timeout) from error
        return cls(address, connection, timeout)

    def close(self) -> None:
        """Close it as a page does that is left."""
        self._connection.close()

    def send(self, event: str, data: Mapping[str, object]) -> None:
        """Send a message.

        Raises:
            Failed: the socket has been closed.
        """
        try:
            self._connection.send(json.dumps({"event": event, "data": data}))
        except ConnectionClosed as closed:
            raise self._closed(closed) from closed

    def next(self) -> Message:
        """Return the next message.

        Raises:
            Late: there is none in time.
            Failed: the socket was closed.
        """
        return self.wait_for(lambda message: True, "message")

    def wait_for(
        self, wanted: Callable[[Message], bool], what: str, *, deadline: float | None = None
    ) -> Message:
        """Return the first message that is wanted; others that come before stay for the next who asks.

        Args:
            deadline: until when, by ``time.monotonic()``, where others have used some of the time.

        Raises:
            Late: it did not come in time.
            Failed: the socket was closed.
        """
        deadline = time.monotonic() + self._timeout if deadline is None else deadline
        for message in self._unread:
            if wanted(message):
                self._unread.remove(message)
                return message
        while True:
            try:
                message = self._receive(max(deadline - time.monotonic(), 0))
            except TimeoutError:
                raise Late(
                    f"No {what} came within {self._timeout:g} s.",
                    "Give more time by --timeout; the server's log may say why it takes so long.",
                ) from None
            if wanted(message):
                return message
            self._unread.append(message)

    def subscribe(self, app: App, channel: str, member: str | None = None) -> None:
        """Join a channel with a signature of our own; a presence channel as the ``member``.

        Raises:
            Failed: the server refuses.
        """
        data = None if member is None else json.dumps({"user_id": member})
        auth = sign_channel(app.credentials[0], self.socket_id, channel, data)
        self.subscribe_with(channel, {"auth": auth} | ({} if data is None else {"channel_data": data}))

    def subscribe_with(self, channel: str, answer: Mapping[str, object]) -> None:
        """Join a channel with what authorises it.

        Raises:
            Failed: the server refuses.
        """
        self.send("pusher:subscribe", {"channel": channel, **answer})
        told = self.wait_for(
            lambda message: (
                message.get("event") in {_SUBSCRIBED, "pusher:subscription_error", "pusher:error"}
                and message.get("channel", channel) == channel
            ),
            "answer to a subscription",
        )
        if told["event"] != _SUBSCRIBED:
            said = told.data.get("error") or told.data.get("message") or "no reason"
            raise Failed(
                f"The server does not let this socket join {channel}: {said}.",
                "The signature was made with the secret of this site. Give the site and the server the same "
                'ONAIR["URL"], or the same SECRET_KEY.',
            )

    def unsubscribe(self, channel: str) -> None:
        """Leave a channel."""
        self.send("pusher:unsubscribe", {"channel": channel})

    def _receive(self, timeout: float) -> Message:
        try:
            text = self._connection.recv(timeout=timeout)
        except ConnectionClosed as closed:
            raise self._closed(closed) from closed
        received = time.monotonic()
        try:
            message = Message(json.loads(text))
            if message.get("event") == "pusher:ping":
                self.send("pusher:pong", {})
        except (ValueError, TypeError) as error:
            raise nothing_said(self.address) from error
        message.received = received
        return message

    def _closed(self, closed: ConnectionClosed) -> Failed:
        code = "without a code" if closed.rcvd is None else f"with {closed.rcvd.code} {closed.rcvd.reason}"
        return Failed(
            f"The socket at {self.address.netloc} was closed {code.strip()}.",
            "The log of the server, or of the proxy in between, says why.",
        )


def _refusal(error: Exception, address: Address, timeout: float) -> Failed:
    """Return what it means that a request for a WebSocket got no WebSocket."""
    match error:
        case InvalidStatus():
            return not_upgraded(error.response, address)
        case TimeoutError():
            return silent(address, timeout)
        case InvalidMessage() | EOFError():
            return nothing_said(address)
        case OSError():
            return network.explained(error, address, timeout)
    return not_upgraded(None, address, str(error))
