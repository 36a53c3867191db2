"""The system checks of live pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.core import checks
from django.core.checks import CheckMessage

DJANGO_RT_ALONE = "onair.W090"


def check_django_rt(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say what the pages of a project with django_rt's app alone lack."""
    if apps.is_installed("onair") or not apps.is_installed("django_rt"):
        return []
    return [
        checks.Warning(
            'INSTALLED_APPS has "django_rt" without "onair": pages handle events, and do not follow the '
            "database.",
            hint='Add "onair", and path("onair/", include("onair.urls")): that brings the server inside this '
            "site, which follows the database for them.",
            id=DJANGO_RT_ALONE,
        )
    ]
