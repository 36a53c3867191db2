from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings

import onair


class PusherableConfig(AppConfig):
    """The application of a project that has ``"pusherable"`` in INSTALLED_APPS, with ``"onair"`` or alone."""

    name = "pusherable"
    default_auto_field = "django.db.models.BigAutoField"

    def __init__(self, app_name: str, app_module: Any) -> None:
        if not onair_is_listed():
            # Static files and templates are looked up here: alone, this app serves those of onair.
            self.path = str(Path(onair.__file__).parent)
        super().__init__(app_name, app_module)

    def ready(self) -> None:
        if not onair_is_listed():
            from onair import checks

            checks.register()


def onair_is_listed() -> bool:
    """Whether INSTALLED_APPS has onair, by its name or by that of a configuration of it."""
    return any(entry == "onair" or entry.startswith("onair.apps.") for entry in settings.INSTALLED_APPS)
