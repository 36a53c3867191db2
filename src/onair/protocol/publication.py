"""An event on its way to the subscribers of some channels."""

from __future__ import annotations

from dataclasses import dataclass

#: What the HTTP API takes in one event (docs: server_api/http-api).
MAX_CHANNELS = 100


@dataclass(frozen=True, slots=True)
class Publication:
    """One event for one or more channels.

    ``data`` is JSON text, which subscribers get as it is; ``exclude`` is the id of the socket that does not
    get the event, usually the one whose user caused it. With ``only``, the socket of this id gets it alone,
    where it listens to the channel; such an event is not kept for who comes later.
    """

    channels: tuple[str, ...]
    event: str
    data: str
    exclude: str | None = None
    only: str | None = None
