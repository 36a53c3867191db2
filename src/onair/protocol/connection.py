"""One connection's side of the protocol: what it is sent, and what is to be done.

A state machine without input, output, clock or randomness. The shell

* makes a :class:`Connection` when a client is accepted, and sends what :meth:`Connection.open` says;
* gives every message to :meth:`Connection.receive`, and the time to :meth:`Connection.check` now and then;
* carries out the outputs in their order, and when the connection is gone gives the hub its ``subscriptions``.

The hub answers a :class:`Subscribe` to the client itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import msgspec

from onair.protocol import messages
from onair.protocol.app import App, Credential
from onair.protocol.errors import (
    AlreadySignedIn,
    BadMessage,
    ClientEventRate,
    ClientEventRefused,
    ExistingSubscription,
    MessageTooLarge,
    NoSubscription,
    NotSignedIn,
    PongTimeout,
    ProtocolError,
    SubscriptionRate,
    SubscriptionRefused,
    TooManyChannels,
    Unauthorized,
    UnknownEvent,
    WatchlistTooLong,
)
from onair.protocol.member import Member, member_of
from onair.protocol.messages import Message, Resume
from onair.protocol.names import (
    CLIENT_EVENT_PREFIX,
    SERVER_TO_USER_PREFIX,
    check_channel,
    check_event,
    kind_of,
)
from onair.protocol.signing import verify_channel, verify_user
from onair.protocol.user import User, user_of

#: Seconds that a client has to answer a ping (P-ACT).
PONG_TIMEOUT = 30.0


class Send(msgspec.Struct, frozen=True):
    """Send this message to the client."""

    payload: bytes


class Subscribe(msgspec.Struct, frozen=True):
    """The client may join: subscribe it in the hub, as ``member`` where the channel has members.

    ``resume`` is set where it wants positions, and perhaps what it has missed.
    """

    channel: str
    member: Member | None = None
    resume: Resume | None = None


class Unsubscribe(msgspec.Struct, frozen=True):
    """The client leaves: unsubscribe it in the hub."""

    channel: str


class ClientEvent(msgspec.Struct, frozen=True):
    """The client sends to a channel's other subscribers; ``user_id`` is set where the channel has members."""

    channel: str
    event: str
    data: str
    user_id: str | None = None


class SignIn(msgspec.Struct, frozen=True):
    """The client is this user: sign it in in the hub."""

    user: User


class Close(msgspec.Struct, frozen=True):
    """Send the error and close with its code; nothing more is to be received."""

    error: ProtocolError


Output = Send | Subscribe | Unsubscribe | ClientEvent | SignIn | Close

_NOTHING: Sequence[Output] = ()
_PING: Sequence[Output] = (Send(messages.PING),)
_PONG: Sequence[Output] = (Send(messages.PONG),)


class Connection:
    """One client that was accepted. Times are seconds of one steady clock."""

    __slots__ = (
        "_authorize_until",
        "_client_events",
        "_heard",
        "_pinged",
        "_subscribing_until",
        "app",
        "credential",
        "socket_id",
        "subscriptions",
        "user",
    )

    def __init__(self, app: App, credential: Credential, socket_id: str, *, now: float) -> None:
        self.app = app
        self.credential = credential  # the one that the client connected with
        self.socket_id = socket_id
        self.subscriptions: dict[str, Member | None] = {}
        self.user: User | None = None
        timeout = app.authorization_timeout
        self._authorize_until = None if timeout is None else now + timeout  # None once it has shown who it is
        self._heard = now  # when the last message came
        self._pinged: float | None = None  # when we asked for a sign of life that has not come
        self._subscribing_until = now  # when all its subscriptions would be through, at the pace of the limit
        self._client_events: deque[float] | None = None  # when the last ones came; few clients send any

    def open(self) -> Sequence[Output]:
        """What to send first (P-EST)."""
        return (Send(messages.connection_established(self.socket_id, self.app.activity_timeout)),)

    def receive(self, payload: bytes, now: float) -> Sequence[Output]:
        """What one text message leads to. Never raises: what is wrong is told to the client."""
        self.heard(now)
        try:
            return self._handle(payload, now)
        except ProtocolError as error:
            return (Send(messages.error(error)),)

    def heard(self, now: float) -> None:
        """Take note of a sign of life that is not a message, such as a control frame."""
        self._heard = now
        self._pinged = None

    def check(self, now: float) -> Sequence[Output]:
        """What the passing of time leads to: a ping after the activity timeout, and then an end (P-ACT).

        Where the app wants it, a client that has shown no authorisation in time is closed as well.
        """
        if self._authorize_until is not None and now >= self._authorize_until:
            return (Close(Unauthorized("Sign in, or join a channel that needs an authorisation, in time")),)
        if self._pinged is not None:
            return (Close(PongTimeout()),) if now - self._pinged >= PONG_TIMEOUT else _NOTHING
        if now - self._heard < self.app.activity_timeout:
            return _NOTHING
        self._pinged = now
        return _PING

    def expelled(self, channel: str) -> None:
        """Take note that the server has ended a subscription: the client may subscribe again."""
        self.subscriptions.pop(channel, None)

    def _handle(self, payload: bytes, now: float) -> Sequence[Output]:
        limit = self.app.limits.client_message_bytes
        if len(payload) > limit:
            raise MessageTooLarge(len(payload), limit)
        message = messages.decode(payload)
        handler = _HANDLERS.get(message.event)
        if handler is not None:
            return handler(self, message)
        if message.event.startswith(CLIENT_EVENT_PREFIX):
            return self._client_event(message, now)
        raise UnknownEvent(message.event)

    def _ping(self, message: Message) -> Sequence[Output]:
        return _PONG

    def _pong(self, message: Message) -> Sequence[Output]:
        return _NOTHING

    def _subscribe(self, message: Message) -> Sequence[Output]:
        request = messages.read_subscription(message)
        if request.channel in self.subscriptions:
            raise ExistingSubscription(request.channel)
        try:
            member = self._admit(request)
            self._count_subscription()
        except SubscriptionRefused as error:
            # Hosted Pusher sends the first alone, but only the second reaches the channel's listener.
            return Send(messages.error(error)), Send(messages.subscription_error(request.channel, error))
        self.subscriptions[request.channel] = member
        return (Subscribe(request.channel, member, request.resume),)

    def _admit(self, request: messages.Subscription) -> Member | None:
        """The member that the channel gets, if it has members. Raises SubscriptionRefused."""
        kind = kind_of(request.channel)
        if kind.needs_user:
            self._check_user(request.channel)
            return None
        check_channel(request.channel)
        limit = self.app.limits.channels_per_connection
        if len(self.subscriptions) >= limit:
            raise TooManyChannels(limit)
        if not kind.needs_auth:
            return None
        verify_channel(self.app, request.auth, self.socket_id, request.channel, request.channel_data)
        member = self._member(request) if kind.has_members else None
        self._authorize_until = None
        return member

    def _count_subscription(self) -> None:
        """Raise SubscriptionRate where a connection is too far ahead of its pace.

        A page that comes back subscribes to all its channels at once, perhaps twice in a row.
        """
        rate, most = self.app.limits.subscriptions_per_second, 2 * self.app.limits.channels_per_connection
        until = max(self._subscribing_until, self._heard) + 1 / rate
        if round((until - self._heard) * rate) > most:
            raise SubscriptionRate(rate)
        self._subscribing_until = until

    def _check_user(self, channel: str) -> None:
        """Raise NotSignedIn unless the channel is that of the user who has signed in here."""
        if self.user is None or channel != SERVER_TO_USER_PREFIX + self.user.id:
            raise NotSignedIn(channel)

    def _member(self, request: messages.Subscription) -> Member:
        """The member that a subscription names; who has signed in need not say it again."""
        if request.channel_data is None and self.user is not None:
            return Member(self.user.id, self.user.info)
        return member_of(request.channel, request.channel_data)

    def _unsubscribe(self, message: Message) -> Sequence[Output]:
        channel = messages.read_unsubscription(message).channel
        if channel not in self.subscriptions:
            # The site may have ended it a moment ago, and the client does not know yet.
            if kind_of(channel).attended:
                return ()
            raise NoSubscription(channel)
        del self.subscriptions[channel]
        return (Unsubscribe(channel),)

    def _sign_in(self, message: Message) -> Sequence[Output]:
        request = messages.read_sign_in(message)
        verify_user(self.app, request.auth, self.socket_id, request.user_data)
        user, excess = self._within_watchlist(user_of(request.user_data))
        if self.user is not None and self.user.id != user.id:
            raise AlreadySignedIn(self.user.id)
        self.user = user
        self._authorize_until = None
        return (*excess, SignIn(user))

    def _within_watchlist(self, user: User) -> tuple[User, Sequence[Output]]:
        """The user with as many watched ones as the app allows, and what to say of the others."""
        limit = self.app.limits.watchlist
        if len(user.watchlist) <= limit:
            return user, _NOTHING
        excess = WatchlistTooLong(len(user.watchlist), limit)
        return replace(user, watchlist=user.watchlist[:limit]), (Send(messages.error(excess)),)

    def _client_event(self, message: Message, now: float) -> Sequence[Output]:
        channel = self._client_event_channel(message)
        check_event(message.event)
        data = message.text
        self._count_client_event(now)
        # The user is the one who was signed in, whatever the client says.
        member = self.subscriptions[channel]
        user_id = None if member is None else member.user_id
        return (ClientEvent(channel, message.event, data, user_id),)

    def _client_event_channel(self, message: Message) -> str:
        if not self.app.client_events:
            raise ClientEventRefused("Client events are off: switch them on in the app's settings")
        channel = message.channel
        if channel is None:
            raise BadMessage("The client event has no channel")
        if not kind_of(channel).client_events:
            raise ClientEventRefused(
                "Client event rejected: only private and presence channels take client events"
            )
        if channel not in self.subscriptions:
            raise NoSubscription(channel)
        return channel

    def _count_client_event(self, now: float) -> None:
        limit = self.app.limits.client_events_per_second
        if self._client_events is None:
            self._client_events = deque(maxlen=limit)
        recent = self._client_events
        if len(recent) == limit and now - recent[0] < 1:
            raise ClientEventRate(limit)
        recent.append(now)


_HANDLERS: Mapping[str, Callable[[Connection, Message], Sequence[Output]]] = {
    "pusher:ping": Connection._ping,
    "pusher:pong": Connection._pong,
    "pusher:signin": Connection._sign_in,
    "pusher:subscribe": Connection._subscribe,
    "pusher:unsubscribe": Connection._unsubscribe,
}
