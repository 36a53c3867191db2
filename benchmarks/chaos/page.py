"""A page of onair.js without a browser: it follows channels by positions, and comes back."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from benchmarks.chaos.following import Following, Message
from benchmarks.chaos.pace import Pace, pace_after
from benchmarks.chaos.wire import ABNORMAL, Wire
from onair.protocol.app import Credential
from onair.protocol.signing import sign_channel

#: Seconds, as js/src/connection.js has them.
HANDSHAKE = 10.0
SILENCE = 120.0
PONG = 30.0
STABLE = 5.0


_message = msgspec.json.Decoder(Message)


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server is, and the credential of the app."""

    port: int
    credential: Credential

    @property
    def path(self) -> str:
        return f"/app/{self.credential.key}?protocol=7"


class Page:
    """One page.

    Args:
        address: Of the server.
        user_id: Whose page it is, on presence channels.
        channels: What it follows.
        chance: Throws dice.
    """

    def __init__(
        self, address: Address, user_id: str, channels: Sequence[str], chance: random.Random
    ) -> None:
        self.user_id = user_id
        self.following = {channel: Following(channel) for channel in channels}
        #: Whether it comes back when it was cut off.
        self.comes_back = True
        #: Why the server will not have it.
        self.refusal: str | None = None
        self.reconnections = 0
        self._address = address
        self._chance = chance
        self._loop = asyncio.get_running_loop()
        self._wire: Wire | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._opening: asyncio.Task[object] | None = None
        self._socket_id: str | None = None
        self._attempt = 0
        self._since = 0.0
        self._deadline = 0.0
        self._silence = SILENCE
        self._pinged = False

    @property
    def is_joined(self) -> bool:
        """Whether it is on all of its channels."""
        return all(each.is_joined for each in self.following.values())

    def open(self) -> None:
        """Connect."""
        self._wire = wire = Wire(self, self._address.path)
        self._deadline = self._loop.time() + HANDSHAKE
        self._opening = self._loop.create_task(self._connect(wire))

    def close(self) -> None:
        """Go, for good."""
        self.comes_back = False
        self._detach()

    def cut(self) -> None:
        """Lose the connection, as by a network that is gone."""
        if self._wire is None:
            self._wait_no_more()
        else:
            self._wire.drop()
            self.lost(ABNORMAL)

    def check(self, now: float) -> None:
        """Do what is due by the clock."""
        if self._wire is None or now < self._deadline:
            return
        if self._socket_id is None or self._pinged:
            self.cut()
        else:
            self._pinged = True
            self._deadline = now + PONG
            self._wire.send(b'{"event":"pusher:ping","data":{}}')

    def received(self, text: bytes) -> None:
        message = _message.decode(text)
        if self._socket_id is not None:
            self._hear()
        handle = _HANDLERS.get(message.event)
        if handle is not None:
            handle(self, message)
        following = self.following.get(message.channel)
        if following is not None:
            following.take(message, self._socket_id or "")

    def lost(self, code: int) -> None:
        if self._socket_id is not None and self._loop.time() - self._since >= STABLE:
            self._attempt = 0
        self._detach()
        pace = pace_after(code)
        if pace is None:
            self.refusal = self.refusal or f"closed with {code}"
        elif self.comes_back:
            self._retry(pace)

    def leave(self, channel: str) -> None:
        """Leave a channel."""
        del self.following[channel]
        self._send("pusher:unsubscribe", {"channel": channel})

    def join(self, channel: str) -> None:
        """Follow one more channel."""
        self.following[channel] = Following(channel)
        if self._socket_id is not None:
            self._subscribe(self.following[channel], self._socket_id)

    async def _connect(self, wire: Wire) -> None:
        try:
            await self._loop.create_connection(lambda: wire, "127.0.0.1", self._address.port)
        except OSError:
            if wire is self._wire:
                self.lost(ABNORMAL)

    def _retry(self, pace: Pace) -> None:
        self.reconnections += 1
        delay = pace.delay(self._attempt, self._chance.random())
        self._attempt += 1
        self._timer = self._loop.call_later(delay, self.open)

    def _wait_no_more(self) -> None:
        """Do not come back, unless it is a page that does."""
        if self._timer is not None and not self.comes_back:
            self._timer.cancel()

    def _detach(self) -> None:
        wire, self._wire, self._socket_id = self._wire, None, None
        if wire is not None:
            wire.drop()
        if self._timer is not None:
            self._timer.cancel()
        for following in self.following.values():
            following.is_joined = False

    def _hear(self) -> None:
        self._pinged = False
        self._deadline = self._loop.time() + self._silence

    def _established(self, message: Message) -> None:
        data = json.loads(message.data)
        self._socket_id = socket_id = str(data["socket_id"])
        self._silence = min(SILENCE, data.get("activity_timeout", SILENCE))
        self._since = self._loop.time()
        self._hear()
        for following in self.following.values():
            self._subscribe(following, socket_id)

    def _subscribe(self, following: Following, socket_id: str) -> None:
        channel = following.channel
        data: dict[str, object] = {"channel": channel, "resume": following.place.request}
        if following.has_members:
            data["channel_data"] = text = json.dumps({"user_id": self.user_id})
            data["auth"] = sign_channel(self._address.credential, socket_id, channel, text)
        self._send("pusher:subscribe", data)

    def _send(self, event: str, data: Mapping[str, object]) -> None:
        if self._wire is not None and self._socket_id is not None:
            self._wire.send(msgspec.json.encode({"event": event, "data": data}))

    def _pong(self, message: Message) -> None:
        if self._wire is not None:
            self._wire.send(b'{"event":"pusher:pong","data":{}}')

    def _fail(self, message: Message) -> None:
        self.refusal = str(message.data)


_HANDLERS: dict[str, Callable[[Page, Message], None]] = {
    "pusher:connection_established": Page._established,
    "pusher:ping": Page._pong,
    "pusher:subscription_error": Page._fail,
}
