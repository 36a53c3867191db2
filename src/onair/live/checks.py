"""The system checks of live pages."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.apps import apps
from django.core import checks
from django.core.checks import CheckMessage
from django.urls import get_resolver

from onair import conf
from onair.live import capture

DJANGO_RT_ALONE = "onair.W090"
NO_SERVER_OF_OURS = "onair.W091"


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


def check_own_server(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say that nothing makes pages anew, where hosted Pusher holds the sockets."""
    if not conf.is_hosted() or not (conf.settings.LIVE or _has_pages()):
        return []
    return [
        checks.Warning(
            "The site has live pages, and hosted Pusher serves it: they are shown, and do not follow the "
            "database.",
            hint="Live pages are made anew in the process that holds the sockets. Let the site's own server "
            "run: unset ONAIR_URL and the PUSHER_… settings.",
            id=NO_SERVER_OF_OURS,
        )
    ]


def _has_pages() -> bool:
    """Whether live pages are defined, once all views were imported."""
    with suppress(Exception):  # the checks of the URLconf say what is wrong with it
        _ = get_resolver().url_patterns
    return capture.has_pages()
