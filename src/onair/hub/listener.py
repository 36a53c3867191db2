"""What the hub writes to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Listener(Protocol):
    """One connection, as the hub sees it.

    ``write`` takes the bytes of one or more whole unmasked WebSocket text frames, the same object for every
    listener. It must not raise, and must not come back to the hub before it returns.
    """

    @property
    def socket_id(self) -> str: ...

    @property
    def write(self) -> Callable[[bytes], object]: ...

    def expelled(self, channel: str) -> object:
        """Called when the hub ends a subscription of its own accord."""
