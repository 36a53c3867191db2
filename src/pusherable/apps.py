from __future__ import annotations

from onair import seed_apps


class PusherableConfig(seed_apps.SeedConfig):
    """The application of a project that has ``"pusherable"`` in INSTALLED_APPS, with ``"onair"`` or alone."""

    name = "pusherable"
