"""What a client can do wrong, and what it shall do then.

ProtocolError
├── UnknownApp 4001 · AppDisabled 4003 · NoSuchPath 4005 · BadProtocolVersion 4006 · UnsupportedProtocol 4007
│   · NoProtocol 4008 · Unauthorized 4009     the handshake is refused; the client gives up
├── OverCapacity 4100                  the client comes back after a second or more
├── ReconnectNow 4200 · PongTimeout 4201    the client comes back at once
├── ClientEventRate 4301 · WatchlistTooLong 4302    told, and the connection stays
├── InvalidRequestSignature            an HTTP request or a webhook that our secret did not sign
├── BadSocketId · BadEventName         a name that the protocol does not allow
├── BadMessage · MessageTooLarge · UnknownEvent · ClientEventRefused · ExistingSubscription · NoSubscription
│   · InvalidUser · AlreadySignedIn    told with code null, and the connection stays
└── SubscriptionRefused                told with code null, and once more on the channel
    ├── BadChannel · BadUserId         a name that the protocol does not allow
    ├── TooManyChannels · SubscriptionRate · NotSignedIn · NotAdmitted
    └── InvalidAuth
        ├── MissingAuth · InvalidKey · InvalidSignature
        └── InvalidMember              the signed channel_data is not a member
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import ClassVar


class Reconnect(Enum):
    """What a client does after an error, as pusher-js and the protocol's documents have it."""

    NEVER = "give up"
    BACKOFF = "reconnect after a second or more"
    AT_ONCE = "reconnect at once"
    STAY = "the connection stays"


#: Each code's meaning; the text that is sent unless an error says more.
CODES: Mapping[int | None, str] = {
    None: "The message was refused",
    4001: "Application does not exist",
    4003: "Application disabled",
    4005: "Path not found",
    4006: "Invalid version string format",
    4007: "Unsupported protocol version",
    4008: "No protocol version supplied",
    4009: "Connection is unauthorized",
    4100: "Over capacity",
    4200: "The server restarts: reconnect",
    4201: "No pong was received in time: reconnect",
    4301: "Client event rejected due to rate limit",
    4302: "Watchlist limit exceeded",
}

# A code's hundred decides. pusher-js never retries after a close with 43xx, so those are never close codes.
_POLICIES: Mapping[int, Reconnect] = {
    40: Reconnect.NEVER,
    41: Reconnect.BACKOFF,
    42: Reconnect.AT_ONCE,
    43: Reconnect.STAY,
}


def shortened(text: str, length: int = 200) -> str:
    """``text`` as it may stand in a message: quoted, and cut where it is longer than ``length``."""
    return repr(text if len(text) <= length else f"{text[:length]}…")


class ProtocolError(Exception):
    """Something that the protocol does not allow.

    ``code`` is Pusher's, or None where it has none (the wire says null); ``message`` is for the developer of
    the client; ``status`` is the HTTP status that answers the same mistake over HTTP.
    """

    code: ClassVar[int | None] = None
    status: ClassVar[int] = 400

    def __init__(self, message: str = "") -> None:
        self.message = message or CODES[self.code]
        super().__init__(self.message)

    @property
    def reconnect(self) -> Reconnect:
        return Reconnect.STAY if self.code is None else _POLICIES[self.code // 100]


class UnknownApp(ProtocolError):
    """No app has the key of the address."""

    code = 4001

    def __init__(self, key: str) -> None:
        super().__init__(
            f"App key {shortened(key)} is not known here: check the key and the host of the client"
        )


class AppDisabled(ProtocolError):
    """The app is switched off at the server."""

    code = 4003
    status = 403

    def __init__(self, app_id: str) -> None:
        super().__init__(f"App {app_id} is disabled: enable it at the server")


class NoSuchPath(ProtocolError):
    """The address is not ``/app/KEY``."""

    code = 4005

    def __init__(self, path: str) -> None:
        super().__init__(f"Path {shortened(path)} not found: connect to /app/KEY")


class BadProtocolVersion(ProtocolError):
    """``protocol`` is not a number."""

    code = 4006

    def __init__(self, version: str) -> None:
        super().__init__(f"Protocol version {shortened(version)} is not a number: connect with protocol=7")


class UnsupportedProtocol(ProtocolError):
    """``protocol`` is one that this server does not speak."""

    code = 4007

    def __init__(self, version: str) -> None:
        super().__init__(f"Protocol version {shortened(version)} is not supported: connect with protocol=7")


class NoProtocol(ProtocolError):
    """``protocol`` is missing."""

    code = 4008

    def __init__(self) -> None:
        super().__init__("No protocol version supplied: connect with protocol=7")


class Unauthorized(ProtocolError):
    """This client may not connect at all, for example from its origin."""

    code = 4009
    status = 403


class OverCapacity(ProtocolError):
    """No more connections now, or this one does not read what it is sent."""

    code = 4100
    status = 503


class ReconnectNow(ProtocolError):
    """The server goes away; another one, or it again, will answer."""

    code = 4200
    status = 503


class PongTimeout(ProtocolError):
    """A ping was not answered within :data:`onair.protocol.connection.PONG_TIMEOUT` seconds."""

    code = 4201


class ClientEventRate(ProtocolError):
    """More client events in a second than the app allows to one connection."""

    code = 4301
    status = 429

    def __init__(self, limit: int) -> None:
        super().__init__(f"Client event rejected: more than {limit} in a second; send fewer, or join them")


class WatchlistTooLong(ProtocolError):
    """A watchlist names more users than the app allows; the first of them are watched."""

    code = 4302

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"The watchlist has {size} users: the first {limit} are watched")


class InvalidRequestSignature(ProtocolError):
    """An HTTP request or a webhook that our secret did not sign."""

    status = 401


class BadSocketId(ProtocolError):
    """Not a socket id (P-SID)."""

    def __init__(self, socket_id: str) -> None:
        super().__init__(f"Invalid socket id {shortened(socket_id)}: it is two numbers with a dot between")


class BadEventName(ProtocolError):
    """Not an event name, or one that is the protocol's own (P-EVN)."""


class BadMessage(ProtocolError):
    """Not a message of the protocol: not JSON, not an object, or a field of the wrong type."""


class MessageTooLarge(ProtocolError):
    """A client's message is longer than the app allows."""

    status = 413

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"The message has {size} bytes, and {limit} are allowed")


class UnknownEvent(ProtocolError):
    """An event that a client cannot send."""

    def __init__(self, event: str) -> None:
        super().__init__(
            f"Event {shortened(event)} is not known: the names of client events begin with client-"
        )


class ClientEventRefused(ProtocolError):
    """A client event where none is allowed."""

    status = 403


class ExistingSubscription(ProtocolError):
    """A second subscription of one connection to one channel."""

    def __init__(self, channel: str) -> None:
        super().__init__(f"Existing subscription to channel {channel}")


class NoSubscription(ProtocolError):
    """Unsubscribing from, or sending to, a channel that the connection is not subscribed to."""

    def __init__(self, channel: str) -> None:
        super().__init__(
            f"No current subscription to channel {shortened(channel)}, or subscription in progress"
        )


class InvalidUser(ProtocolError):
    """The ``user_data`` of a sign-in is not ``{"id": …, "user_info": …, "watchlist": […]}``."""


class AlreadySignedIn(ProtocolError):
    """A connection that has signed in wants to be another user."""

    def __init__(self, user_id: str) -> None:
        super().__init__(f"This connection is signed in as {user_id}: use another one for another user")


class SubscriptionRefused(ProtocolError):
    """A subscription that is not granted; ``kind`` is the ``type`` of its ``pusher:subscription_error``."""

    kind: ClassVar[str] = "AuthError"
    status = 401


class BadChannel(SubscriptionRefused):
    """Not the name of a channel (P-NAME)."""

    status = 400

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Invalid channel name {shortened(name)}: 1 to 200 letters, digits and _ - = @ , . ; are allowed"
        )


class BadUserId(SubscriptionRefused):
    """Not the id of a user (P-USER)."""

    status = 400

    def __init__(self, user_id: str) -> None:
        super().__init__(
            f"Invalid user id {shortened(user_id)}: 1 to 200 letters, digits and _ - = @ , . ; are allowed"
        )


class TooManyChannels(SubscriptionRefused):
    """One connection wants more channels than its app allows."""

    kind = "LimitReached"
    status = 403

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"This connection has {limit} channels, and no more are allowed: unsubscribe from one"
        )


class SubscriptionRate(SubscriptionRefused):
    """One connection subscribes again and again; each time may cost every other subscriber a message."""

    kind = "LimitReached"
    status = 429

    def __init__(self, limit: int) -> None:
        super().__init__(f"Too many subscriptions: {limit} in a second are allowed in the long run; wait")


class NotSignedIn(SubscriptionRefused):
    """A user's own channel, wanted by a connection that is not signed in as this user."""

    def __init__(self, channel: str) -> None:
        super().__init__(f"Channel {shortened(channel)} is for its user alone: sign in as this user first")


class NotAdmitted(SubscriptionRefused):
    """A live region's channel, wanted with a signature from before: who has it asks anew."""

    status = 403

    def __init__(self, channel: str) -> None:
        super().__init__(f"Channel {shortened(channel)} is not, or no longer, for this connection: ask again")


class InvalidAuth(SubscriptionRefused):
    """The authorisation of a subscription does not hold."""


class MissingAuth(InvalidAuth):
    """The channel needs an authorisation, and there is none."""

    def __init__(self, channel: str) -> None:
        super().__init__(
            f"Channel {channel} needs auth: subscribe with what the authorisation endpoint returns"
        )


class InvalidKey(InvalidAuth):
    """The authorisation names another app's key."""

    def __init__(self, auth: str) -> None:
        super().__init__(f"Invalid key in subscription auth data: {shortened(auth)}")


class InvalidSignature(InvalidAuth):
    """The authorisation was not signed with this app's secret, or not for this socket, channel and data."""

    def __init__(self, signed: str, got: str) -> None:
        super().__init__(
            f"Invalid signature: Expected HMAC SHA256 hex digest of {signed}, but got {shortened(got)}"
        )


class InvalidMember(InvalidAuth):
    """A presence channel's ``channel_data`` is missing or is not ``{"user_id": …, "user_info": …}``."""
