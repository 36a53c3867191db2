"""What has happened at a server since its process began, in plain numbers."""

from __future__ import annotations

from collections import Counter


class Counters:
    """Counted where it happens, read where somebody asks. A client that was refused has no app: ``""``."""

    __slots__ = ("closes", "slow_readers")

    def __init__(self) -> None:
        #: Connections that this server closed, by app and close code.
        self.closes: Counter[tuple[str, int]] = Counter()
        #: Of these the ones that did not read, by app.
        self.slow_readers: Counter[str] = Counter()
