"""Pusher's JSON messages: reading a client's, building the server's.

The values are msgspec structs where one is made for each message, since a frozen dataclass costs several
times as much to make.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

import msgspec

from onair.protocol.errors import BadMessage, ProtocolError, SubscriptionRefused
from onair.protocol.member import Member

T = TypeVar("T")

_ABSENT = msgspec.Raw(b"null")
_UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)


class Message(msgspec.Struct, frozen=True):
    """A message as it came. ``data`` is the JSON of its data, ``null`` where it has none.

    ``user_id`` is only to be believed when the server is the sender.
    """

    event: str
    channel: str | None = None
    data: msgspec.Raw = _ABSENT
    user_id: Any = None

    @property
    def text(self) -> str:
        """The data as the application's JSON text: a string's content as it is, another value's JSON.

        Raises BadMessage where the string is not one.
        """
        raw = bytes(self.data)
        return read(raw, _string) if raw.startswith(b'"') else raw.decode()

    @property
    def value(self) -> Any:
        """The data decoded, twice where it is encoded twice. Raises BadMessage where it is not JSON."""
        return read(self.text, _anything)


class Resume(msgspec.Struct, frozen=True):
    """What a client of ours adds to a subscription that shall have no gap; other clients know nothing of it.

    ``position`` is the last one that it saw on the channel, None at the first time; ``socket_id`` is what it
    had then, since some events were not for that socket.
    """

    position: str | None = None
    socket_id: str | None = None


class Subscription(msgspec.Struct, frozen=True):
    """The data of ``pusher:subscribe``."""

    channel: str
    auth: str | None = None
    channel_data: str | None = None
    resume: Resume | None = None


class Unsubscription(msgspec.Struct, frozen=True):
    """The data of ``pusher:unsubscribe``."""

    channel: str


class SignIn(msgspec.Struct, frozen=True):
    """The data of ``pusher:signin``."""

    auth: str
    user_data: str


class _Outgoing(msgspec.Struct, omit_defaults=True):
    event: str
    data: str | msgspec.Raw
    channel: str | None = None
    user_id: str | None = None
    position: str | None = None


_message = msgspec.json.Decoder(Message)
_string = msgspec.json.Decoder(str)
_anything = msgspec.json.Decoder()
_subscription = msgspec.json.Decoder(Subscription)
_unsubscription = msgspec.json.Decoder(Unsubscription)
_sign_in = msgspec.json.Decoder(SignIn)
_json = msgspec.json.Encoder().encode


def read(text: bytes | str, decoder: msgspec.json.Decoder[T]) -> T:
    """``text`` decoded. Raises BadMessage where it is not what ``decoder`` expects."""
    try:
        return decoder.decode(text)
    except _UNREADABLE as error:
        raise BadMessage(f"The message is not what was expected: {error}") from None


def decode(payload: bytes | str) -> Message:
    """The message in a text frame (P-TXT). Raises BadMessage."""
    if isinstance(payload, bytes):
        try:
            # msgspec looks into no value that it need not convert, and a browser that is sent
            # bytes which are not UTF-8 closes its connection.
            payload = payload.decode()
        except UnicodeDecodeError as error:
            raise BadMessage(f"The message is not UTF-8: {error}") from None
    return read(payload, _message)


def _read_data(message: Message, decoder: msgspec.json.Decoder[T]) -> T:
    """The data of a client's ``pusher:`` event, which may be an object or a string of one."""
    return read(message.text, decoder)


def read_subscription(message: Message) -> Subscription:
    """The data of a ``pusher:subscribe``. Raises BadMessage."""
    return _read_data(message, _subscription)


def read_unsubscription(message: Message) -> Unsubscription:
    """The data of a ``pusher:unsubscribe``. Raises BadMessage."""
    return _read_data(message, _unsubscription)


def read_sign_in(message: Message) -> SignIn:
    """The data of a ``pusher:signin``. Raises BadMessage."""
    return _read_data(message, _sign_in)


def encode(
    event: str,
    data: str = "{}",
    channel: str | None = None,
    user_id: str | None = None,
    position: str | None = None,
) -> bytes:
    """A message. ``data`` is JSON text and is sent as a JSON string, as it is.

    Raises BadMessage where a text has lone surrogates, which are not UTF-8.
    """
    try:
        return _json(_Outgoing(event, data, channel, user_id, position))
    except UnicodeEncodeError as error:
        raise BadMessage(f"The event is not text: {error}") from None


def _encode_object(event: str, data: object) -> bytes:
    """A message whose data is an object, not a string of one: only the few that the protocol has so."""
    return _json(_Outgoing(event, msgspec.Raw(_json(data))))


def _encode_value(event: str, data: object, channel: str | None = None, position: str | None = None) -> bytes:
    return encode(event, _json(data).decode(), channel, position=position)


PING = _encode_object("pusher:ping", {})
PONG = _encode_object("pusher:pong", {})


def connection_established(socket_id: str, activity_timeout: int) -> bytes:
    """The first message of a connection (P-EST); ``activity_timeout`` is in seconds, at least 1."""
    data = {"socket_id": socket_id, "activity_timeout": activity_timeout}
    return _encode_value("pusher:connection_established", data)


def error(reason: ProtocolError) -> bytes:
    """``pusher:error``, whose data is an object, with code null where the protocol has no code."""
    return _encode_object("pusher:error", {"code": reason.code, "message": reason.message})


def subscription_error(channel: str, reason: SubscriptionRefused) -> bytes:
    """``pusher:subscription_error``, which pusher-js and Echo hand to the listener of the channel."""
    data = {"type": reason.kind, "error": reason.message, "status": reason.status}
    return _encode_value("pusher:subscription_error", data, channel)


def subscription_succeeded(
    channel: str, members: Collection[Member] | None = None, position: str | None = None
) -> bytes:
    """``pusher_internal:subscription_succeeded``, with the members of a presence channel, each user once.

    ``position`` is for who asked for it: all up to there has been seen, or is not to be had any more.
    """
    event = "pusher_internal:subscription_succeeded"
    if members is None:
        return encode(event, channel=channel, position=position)
    info = {member.user_id: member.info_json for member in members}
    data = {"presence": {"ids": list(info), "hash": info, "count": len(info)}}
    return _encode_value(event, data, channel, position)


def gap(channel: str) -> bytes:
    """``onair:gap``: what was missed on a channel is not to be had any more. For who asked for positions."""
    return encode("onair:gap", channel=channel)


def position(channel: str, present: str) -> bytes:
    """``pusher_internal:position``: all up to there is known, for who was not sent the last events."""
    return encode("pusher_internal:position", channel=channel, position=present)


def subscription_count(channel: str, count: int) -> bytes:
    """``pusher_internal:subscription_count``: how many connections a channel has."""
    return _encode_value("pusher_internal:subscription_count", {"subscription_count": count}, channel)


def cache_miss(channel: str) -> bytes:
    """``pusher:cache_miss``: a cache channel has no event to give."""
    return encode("pusher:cache_miss", channel=channel)


def signin_success(user_data: str) -> bytes:
    """``pusher:signin_success``, with the data as it was signed."""
    return _encode_value("pusher:signin_success", {"user_data": user_data})


def watchlist_events(events: Mapping[str, Collection[str]]) -> bytes:
    """``pusher_internal:watchlist_events``: the ids of who is now ``online`` and who ``offline``."""
    data = {"events": [{"name": name, "user_ids": list(ids)} for name, ids in events.items() if ids]}
    return _encode_value("pusher_internal:watchlist_events", data)


def member_added(channel: str, member: Member) -> bytes:
    """``pusher_internal:member_added``: a user's first connection."""
    data = {"user_id": member.user_id, "user_info": member.info_json}
    return _encode_value("pusher_internal:member_added", data, channel)


def member_removed(channel: str, user_id: str) -> bytes:
    """``pusher_internal:member_removed``: a user's last connection has left."""
    return _encode_value("pusher_internal:member_removed", {"user_id": user_id}, channel)
