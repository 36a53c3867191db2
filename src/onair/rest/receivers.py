"""What hears the views' signals."""

from __future__ import annotations

from typing import Any

from onair.rest.providers import PusherProvider
from onair.rest.sending import Sending, send


def send_pusher_event(
    signal: Any,
    sender: Any,
    instance: Any,
    channels: list[str],
    event_name: str,
    data: Any,
    socket_id: Any = None,
    **kwargs: Any,
) -> None:
    """Send what a signal says, by its ``provider_class``, after the commit."""
    provider_class = kwargs.get("provider_class") or PusherProvider
    send(Sending(provider_class, instance, channels, event_name, data, socket_id))
