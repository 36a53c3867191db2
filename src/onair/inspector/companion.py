"""The inspector's part in a process with sockets: it answers others, and ends when the sockets do."""

from __future__ import annotations

from onair.embedded.companions import Stop


def start() -> Stop:
    """Be ready to be asked. Nothing is followed before somebody looks."""
    from onair.inspector import site

    site.install()
    return site.collector().stop
