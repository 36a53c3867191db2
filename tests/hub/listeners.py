"""Listeners that keep what they are written, for the tests of the hub."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from onair.hub import Hub
from onair.protocol import frames
from onair.protocol.app import App
from onair.protocol.member import Member
from onair.protocol.publication import Publication
from tests.protocol.clients import APP, content

SUCCEEDED = "pusher_internal:subscription_succeeded"
ADDED = "pusher_internal:member_added"
REMOVED = "pusher_internal:member_removed"


class Recorder:
    """A listener; ``writes`` has each write, ``received`` and ``events`` the messages in them."""

    __slots__ = ("expelled", "expelled_from", "socket_id", "write", "writes")

    def __init__(self, number: int) -> None:
        self.socket_id = f"1.{number}"
        self.writes: list[bytes] = []
        self.write = self.writes.append
        self.expelled_from: list[str] = []
        self.expelled = self.expelled_from.append

    @property
    def received(self) -> list[dict[str, Any]]:
        return [content(text.encode()) for text in frames.texts(b"".join(self.writes))]

    @property
    def events(self) -> list[str]:
        return [message["event"] for message in self.received]

    def clear(self) -> None:
        self.writes.clear()


class Tick:
    """Stands for the event loop: counts how often the hub asked to be flushed."""

    def __init__(self) -> None:
        self.wakes = 0

    def wake(self) -> None:
        self.wakes += 1


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


def hub(
    tick: Tick | None = None, clock: Clock | None = None, *, epoch: str = "e", app: App = APP, **switches: Any
) -> Hub:
    return Hub(replace(app, **switches), wake=(tick or Tick()).wake, clock=clock or Clock(), epoch=epoch)


def joined(hub: Hub, channel: str, *numbers: int) -> list[Recorder]:
    """Listeners on a channel that have been told so."""
    listeners = [Recorder(number) for number in numbers]
    for listener in listeners:
        hub.subscribe(listener, channel)
        listener.clear()
    return listeners


def member(user_id: str, name: str = "") -> Member:
    return Member(user_id, b'{"name":"%s"}' % name.encode())


def publication(event: str, *channels: str, exclude: str | None = None) -> Publication:
    return Publication(channels or ("news",), event, '{"n":1}', exclude)
