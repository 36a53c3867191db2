"""Why a server cannot be several processes."""

from __future__ import annotations

import sys


def refusal(workers: int, *, has_engine: bool, remedy: str, platform: str = sys.platform) -> str | None:
    """What is to be said where so many workers cannot serve; None where they can.

    Args:
        workers: How many.
        has_engine: Whether they share what they know through an engine.
        remedy: How an engine is named.
        platform: The system, as ``sys.platform`` has it.
    """
    if workers == 1:
        return None
    if platform == "win32":
        return (
            f"--workers {workers}: on Windows processes cannot share a listening socket like this. "
            "Serve with one worker"
        )
    if not has_engine:
        return (
            f"--workers {workers}: each worker would have channels of its own, in its memory, and an event "
            f"would reach the clients of one alone. Let them share the channels through Redis or PostgreSQL: "
            f"{remedy}"
        )
    return None
