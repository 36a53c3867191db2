"""The system check of a site whose processes share it through PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.core import checks
from django.core.checks import CheckMessage

from onair import conf

NO_TABLES = "onair.W022"

_SCHEMES = {"postgres", "postgresql"}


def check_postgres(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say so if nothing makes the engine's tables."""
    engine = conf.engine()
    if engine is None or engine.scheme not in _SCHEMES or apps.is_installed("onair.outbox"):
        return []
    return [
        checks.Warning(
            f"The processes of this site share it through {engine.shown}, and the app that makes the tables "
            "for that is not installed.",
            hint='Add "onair.outbox" to INSTALLED_APPS, and run "manage.py migrate".',
            id=NO_TABLES,
        )
    ]
