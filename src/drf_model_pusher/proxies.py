"""``PusherProxy``, which releases before 0.3 called: a client of hosted Pusher, with three arguments."""

from __future__ import annotations

from typing import Any

from onair.rest import providers


class PusherProxy:
    """Hosted Pusher, for code that calls it by itself: it blocks, and raises what goes wrong."""

    def __init__(self, app_id: str, key: str, secret: str, cluster: str) -> None:
        self._client = providers.client_class()(app_id=app_id, key=key, secret=secret, cluster=cluster)

    def trigger(self, channels: list[str] | str, event_name: str, data: Any) -> None:
        """Send an event now."""
        self._client.trigger(channels, event_name, data)
