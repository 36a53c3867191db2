"""Random losses and returns, against what each client should have heard."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from onair.hub import Hub
from onair.protocol import frames
from onair.protocol.app import Limits
from onair.protocol.messages import Resume
from onair.protocol.publication import Publication
from tests.hub.listeners import SUCCEEDED, Clock, hub
from tests.protocol.clients import content

SECONDS = 60
EVENTS = 4
CHANNELS = ["news", "private-a"]

seats = st.integers(0, 2)
channels = st.sampled_from(CHANNELS)


@dataclass(eq=False)
class Reader:
    """A client of one channel, through all its connections, and what it should have heard."""

    channel: str
    number: int = 0
    is_connected: bool = False
    position: str | None = None
    former: str | None = None
    heard: list[int] = field(default_factory=list)
    expected: list[int] = field(default_factory=list)
    missed: list[int] = field(default_factory=list)
    left_at: float = 0.0
    gaps: int = 0
    socket_id: str = ""

    def write(self, wire: bytes) -> None:
        for text in frames.texts(wire):
            message: dict[str, Any] = content(text.encode())
            self.position = message.get("position", self.position)
            if message["event"] == "update":
                self.heard.append(message["data"])
            elif message["event"] == "onair:gap":
                self.gaps += 1
            else:
                assert message["event"] in {SUCCEEDED, "pusher_internal:position"}


@dataclass
class Published:
    """An event of the model."""

    number: int
    at: float


class Losses(RuleBasedStateMachine):
    """Three readers who come and go while events are published and time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.limits = Limits(history_seconds=SECONDS, history_events=EVENTS)
        self.hub: Hub = hub(clock=self.clock, limits=self.limits)
        self.sockets = 0
        self.numbers = 0
        self.readers = [Reader("news"), Reader("news"), Reader("private-a")]
        self.published: dict[str, list[Published]] = {channel: [] for channel in CHANNELS}
        self.last_reader: dict[str, float] = {}  # when a channel was left by the last one

    def on(self, channel: str) -> list[Reader]:
        return [reader for reader in self.readers if reader.is_connected and reader.channel == channel]

    @rule(seat=seats)
    def come(self, seat: int) -> None:
        reader = self.readers[seat]
        if reader.is_connected:
            return
        must_be_whole = self.is_whole(reader)
        gaps, returns = reader.gaps, reader.position is not None
        self.sockets += 1
        reader.former, reader.socket_id = reader.socket_id or None, f"1.{self.sockets}"
        reader.is_connected = True
        self.hub.subscribe(reader, reader.channel, resume=Resume(reader.position, reader.former))
        if reader.gaps > gaps:
            assert returns, "a gap for who was never there"
            assert not must_be_whole, "a gap although everything was within the bounds"
        elif returns:
            reader.expected += reader.missed
        reader.missed = []

    def is_whole(self, reader: Reader) -> bool:
        """Whether the promise of the settings covers all that a reader has missed."""
        since = [event for event in self.published[reader.channel] if event.at >= reader.left_at]
        is_recorded = self.on(reader.channel) or (
            self.clock.now - self.last_reader.get(reader.channel, 0) < SECONDS
        )
        is_young = all(self.clock.now - event.at < SECONDS for event in since)
        return bool(is_recorded and is_young and len(since) <= EVENTS and self.was_recorded(reader))

    def was_recorded(self, reader: Reader) -> bool:
        """Whether the reader is away for less than the channel is recorded without anybody."""
        return self.clock.now - reader.left_at < SECONDS

    @rule(seat=seats)
    def go(self, seat: int) -> None:
        reader = self.readers[seat]
        if not reader.is_connected:
            return
        self.hub.flush()
        self.hub.disconnect(reader, [reader.channel])
        reader.is_connected = False
        reader.left_at = self.clock.now
        if not self.on(reader.channel):
            self.last_reader[reader.channel] = self.clock.now

    @rule(channel=channels, excluded=st.none() | seats)
    def publish(self, channel: str, excluded: int | None) -> None:
        self.numbers += 1
        exclude = None if excluded is None else self.readers[excluded]
        self.hub.publish(
            Publication(
                (channel,), "update", json.dumps(self.numbers), exclude.socket_id if exclude else None
            )
        )
        self.published[channel].append(Published(self.numbers, self.clock.now))
        for reader in self.readers:
            if reader.channel == channel and reader is not exclude:
                (reader.expected if reader.is_connected else reader.missed).append(self.numbers)

    @rule(seconds=st.sampled_from([1, SECONDS // 2, SECONDS + 1]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)
        self.hub.tick()

    @rule()
    def flush(self) -> None:
        self.hub.flush()
        for reader in self.readers:
            assert reader.heard == reader.expected

    @invariant()
    def what_is_heard_is_in_order_and_once(self) -> None:
        for reader in self.readers:
            assert reader.heard == reader.expected[: len(reader.heard)]
            assert sorted(set(reader.heard)) == reader.heard


TestLosses = Losses.TestCase
TestLosses.settings = settings(deadline=None, max_examples=150, stateful_step_count=50)
