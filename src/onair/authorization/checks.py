"""The system checks of authorisation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from onair import conf, encryption
from onair.authorization.rules import Rule, rules
from onair.exceptions import ConfigurationError
from onair.protocol.names import kind_of

SAME_PATTERN = "onair.W040"
NO_ENDPOINT = "onair.W041"
NO_USERS = "onair.W042"
NO_ENCRYPTION = "onair.E043"

_AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"


def check_rules(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say of rules that match the same names: all of these names are refused."""
    same: dict[tuple[str, ...], list[Rule]] = defaultdict(list)
    for rule in rules:
        same[rule.pattern.literals].append(rule)
    return [
        checks.Warning(
            f"These rules match the same channels: {', '.join(map(str, group))}.",
            hint="Every channel that two rules match is refused. Keep one of them.",
            id=SAME_PATTERN,
        )
        for group in same.values()
        if len(group) > 1
    ]


def check_encryption(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say that nothing can be encrypted, where the site means to."""
    if encryption.is_available() or not _wants_encryption():
        return []
    return [
        checks.Error(
            "The site has encrypted channels, and PyNaCl is not installed: nobody can join or publish there.",
            hint=f"Run: {encryption.INSTALL}",
            id=NO_ENCRYPTION,
        )
    ]


def _wants_encryption() -> bool:
    return _has_key() or any(kind_of(rule.pattern.text).encrypted for rule in rules)


def _has_key() -> bool:
    try:
        return bool(conf.settings.ENCRYPTION_MASTER_KEY)
    except ConfigurationError:  # the check of the settings says what is wrong
        return False


def check_endpoint(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say that browsers cannot ask who may join a channel, where the URLconf has no endpoint for it."""
    if not apps.is_installed("onair"):
        return []  # django-pusherable's app alone: public channels, as it always had
    try:
        reverse("onair:auth")
    except NoReverseMatch:
        return [
            checks.Warning(
                "The URLconf does not include onair.urls: nobody can join a private or presence channel.",
                hint='Add path("onair/", include("onair.urls")) to urlpatterns.',
                id=NO_ENDPOINT,
            )
        ]
    return []


def check_middleware(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say that every request is nobody's, where the site has users and no middleware that finds them."""
    if not apps.is_installed("django.contrib.auth") or _finds_users():
        return []
    return [
        checks.Warning(
            "No middleware sets request.user: everybody is anonymous to channels, and presence shows nobody.",
            hint=f'Add "{_AUTHENTICATION}" to MIDDLEWARE, after SessionMiddleware.',
            id=NO_USERS,
        )
    ]


def _finds_users() -> bool:
    wanted = import_string(_AUTHENTICATION)
    found = (import_string(path) for path in settings.MIDDLEWARE)
    return any(isinstance(middleware, type) and issubclass(middleware, wanted) for middleware in found)
