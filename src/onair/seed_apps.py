"""The applications of the older packages' import names, which work beside ``"onair"`` and without it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings

import onair

#: The packages whose names alone in INSTALLED_APPS make a project that works.
SEEDS = ("pusherable", "drf_model_pusher", "django_rt")


class SeedConfig(AppConfig):
    """The application of one of them. Where onair is not listed, it stands in for it."""

    default_auto_field = "django.db.models.BigAutoField"

    def __init__(self, app_name: str, app_module: Any) -> None:
        if not onair_is_listed() and _first_seed() == app_name:
            # Static files, templates and commands are looked up here: alone, this app has those of onair.
            self.path = str(Path(onair.__file__).parent)
        super().__init__(app_name, app_module)

    def ready(self) -> None:
        if not onair_is_listed():
            from onair import checks

            checks.register()


def onair_is_listed() -> bool:
    """Whether INSTALLED_APPS has onair, by its name or by that of a configuration of it."""
    return _is_listed("onair")


def _first_seed() -> str | None:
    """Return which of several seeds stands in: no file is to be found twice."""
    return next((seed for seed in SEEDS if _is_listed(seed)), None)


def _is_listed(name: str) -> bool:
    return any(entry == name or entry.startswith(f"{name}.apps.") for entry in settings.INSTALLED_APPS)
