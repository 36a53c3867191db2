"""Receivers of signals, for as long as a test wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any

from onair import signals

PATIENCE = 10.0


class Received:
    """What the receivers got: the name of the signal, and its arguments."""

    def __init__(self) -> None:
        self._signals: SimpleQueue[tuple[str, dict[str, Any]]] = SimpleQueue()

    def next(self) -> tuple[str, dict[str, Any]]:
        return self._signals.get(timeout=PATIENCE)

    def names(self, number: int) -> list[str]:
        return [self.next()[0] for _ in range(number)]

    @property
    def is_empty(self) -> bool:
        return self._signals.empty()

    def receiver(self, name: str) -> Callable[..., None]:
        def receive(sender: object, signal: object, **arguments: Any) -> None:
            assert sender is None
            self._signals.put((name, arguments))

        return receive


@contextmanager
def receiving(*names: str) -> Iterator[Received]:
    """Connect a receiver to each of these signals, or to all."""
    received = Received()
    wanted = {name: received.receiver(name) for name in names or signals.SIGNALS}
    for name, receiver in wanted.items():
        signals.SIGNALS[name].connect(receiver)
    try:
        yield received
    finally:
        for name, receiver in wanted.items():
            signals.SIGNALS[name].disconnect(receiver)


@contextmanager
def connected(name: str, receiver: Callable[..., object]) -> Iterator[None]:
    """Connect this receiver."""
    signals.SIGNALS[name].connect(receiver)
    try:
        yield
    finally:
        signals.SIGNALS[name].disconnect(receiver)
