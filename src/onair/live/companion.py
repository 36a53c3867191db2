"""Live regions are followed where the sockets are, from when they are served."""

from __future__ import annotations

from onair.embedded.companions import Stop


def start() -> Stop:
    """Start what follows the regions. Nothing of it is loaded before."""
    from onair.live.rendering import process

    return process.start()
