"""The system checks of the access mixins, and of what stands beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model

from onair import conf
from onair.payloads import field_names, secret_fields
from onair.views.urlconf import RoutedView, pusher_views

PUBLIC_CHANNEL = "onair.W050"
SAME_NAME = "onair.W051"
SECRETS_SENT = "onair.W052"
SECRETS_KEPT = "onair.I053"
UNKNOWN_FIELD = "onair.W054"
PUSHERABLE_ALONE = "onair.I055"
OLD_DISTRIBUTION = "onair.E056"
EMAIL_SENT = "onair.W057"
PUSHERABLE_UNSERVED = "onair.W058"

#: The packages whose files are this package's too.
OLD_DISTRIBUTIONS = ("drf-model-pusher", "django-pusherable")

#: What pip leaves of this package when it removes one of them has to be put back.
MEND = (
    "pip uninstall -y drf-model-pusher django-pusherable && "
    "pip install --force-reinstall --no-deps django-onair"
)


def check_public_channels(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say of views that not everybody may open, while everybody may listen to what happens there."""
    messages: list[CheckMessage] = [
        checks.Warning(
            f"Not everybody may open {view}, but everybody may listen: its channel is public.",
            hint="Set pusher_private = True on it, or PUSHERABLE_PRIVATE in ONAIR: then only those may "
            "listen who may open a page with its tags.",
            obj=view.cls,
            id=PUBLIC_CHANNEL,
        )
        for view in pusher_views()
        if view.is_public and view.is_guarded
    ]
    return _once(messages)


def check_usernames(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say of views that tell everybody the e-mail addresses of their visitors."""
    if not _are_usernames_emails():
        return []
    messages: list[CheckMessage] = [
        checks.Warning(
            f"{view} sends the e-mail address of its visitors to everybody: it is their username, and the "
            "channel is public.",
            hint='Set pusher_private = True on it; or override get_pusher_payload() to send another "user".',
            obj=view.cls,
            id=EMAIL_SENT,
        )
        for view in pusher_views()
        if view.is_public and view.sends_fields
    ]
    return _once(messages)


def check_model_names(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say of models that share a name, and so the channels of their objects."""
    models: dict[str, set[type[Model]]] = defaultdict(set)
    for view in pusher_views():
        if view.model is not None and view.is_named_by_model:
            models[view.model._meta.model_name or ""].add(view.model)
    return [
        checks.Warning(
            f"{' and '.join(labels)} share their channels ({name}_1 …): who listens to one hears the others.",
            hint="Override get_pusher_channel() on the views of one of them.",
            id=SAME_NAME,
        )
        for name, same in models.items()
        if len(labels := sorted(model._meta.label for model in same)) > 1
    ]


def check_secret_fields(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say which fields are kept back because they look secret, and which are sent though they do."""
    return _once([message for view in pusher_views() for message in _about_secrets(view)])


def check_field_names(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say of names in a view's lists that its model has no field for."""
    messages: list[CheckMessage] = [
        checks.Warning(
            f"{view}.{option} names {name!r}, and {view.model._meta.label} has no such field.",
            hint="Each name is the whole name of one field.",
            obj=view.cls,
            id=UNKNOWN_FIELD,
        )
        for view in pusher_views()
        if view.model is not None
        for option in ("pusher_include_model_fields", "pusher_exclude_model_fields")
        for name in sorted(field_names(view.option(option)) or ())
        if not _has_field(view.model, name)
    ]
    return _once(messages)


def check_pusherable(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say what a project with django-pusherable's app alone could have, and what it lacks."""
    if apps.is_installed("onair") or not apps.is_installed("pusherable"):
        return []
    if conf.is_embedded():
        return [
            checks.Warning(
                'INSTALLED_APPS has "pusherable" without "onair", and hosted Pusher is not set up: runserver '
                "serves no sockets.",
                hint='Add "onair", and path("onair/", include("onair.urls")); or set PUSHER_APP_ID, '
                "PUSHER_KEY and PUSHER_SECRET.",
                id=PUSHERABLE_UNSERVED,
            )
        ]
    return [
        checks.Info(
            'INSTALLED_APPS has "pusherable" without "onair": events go to hosted Pusher.',
            hint='Add "onair", and path("onair/", include("onair.urls")): that brings a server inside this '
            "site, which needs no account, private channels, presence, and rules in onair_rules.py.",
            id=PUSHERABLE_ALONE,
        )
    ]


def check_old_distributions(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say that a package is installed whose files overwrite this one's."""
    return [
        checks.Error(
            f"{name} is installed beside django-onair, and has files of the same names: one overwrites the "
            "other's.",
            hint=f"Run: {MEND}",
            id=OLD_DISTRIBUTION,
        )
        for name in OLD_DISTRIBUTIONS
        if _is_distributed(name)
    ]


def _once(messages: list[CheckMessage]) -> list[CheckMessage]:
    """Return each message once: a view may have several routes."""
    return list({message.msg: message for message in messages}.values())


def _about_secrets(view: RoutedView) -> list[CheckMessage]:
    if view.model is None or not view.sends_fields:
        return []
    secrets = secret_fields(view.model)
    included = field_names(view.option("pusher_include_model_fields"))
    excluded = field_names(view.option("pusher_exclude_model_fields")) or frozenset()
    named = [name for name in secrets if included and name in included and name not in excluded]
    kept = [name for name in secrets if included is None and name not in excluded]
    return [*_sent(view, named), *_kept(view, kept)]


def _sent(view: RoutedView, names: list[str]) -> list[CheckMessage]:
    if not names:
        return []
    where = "everybody" if view.is_public else "every reader of its channel"
    return [
        checks.Warning(
            f"{view} sends {', '.join(names)} to {where}.",
            hint="These names look secret. Take them out of pusher_include_model_fields.",
            obj=view.cls,
            id=SECRETS_SENT,
        )
    ]


def _kept(view: RoutedView, names: list[str]) -> list[CheckMessage]:
    if not names:
        return []
    return [
        checks.Info(
            f"{view} does not send {', '.join(names)}: the names look secret.",
            hint="To agree, name them in pusher_exclude_model_fields. To send them nevertheless, name all "
            "fields to send in pusher_include_model_fields.",
            obj=view.cls,
            id=SECRETS_KEPT,
        )
    ]


def _has_field(model: type[Model], name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def _are_usernames_emails() -> bool:
    if not apps.is_installed("django.contrib.auth"):
        return False
    user: Any = apps.get_model(settings.AUTH_USER_MODEL)
    read = getattr(user, "get_email_field_name", None)
    return read is not None and read() == user.USERNAME_FIELD


def _is_distributed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
