from __future__ import annotations

from onair import seed_apps


class DrfModelPusherConfig(seed_apps.SeedConfig):
    """The application of a project that lists ``"drf_model_pusher"``, with ``"onair"`` or alone."""

    name = "drf_model_pusher"

    def ready(self) -> None:
        from onair.rest import config

        super().ready()
        config.connect_pusher_views()
        config.discover_pusher_backends()
