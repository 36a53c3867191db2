"""The system checks of what is for Django REST framework."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage

from onair import conf
from onair.rest import options, requirement
from onair.rest.backends import PusherBackend
from onair.views.urlconf import callbacks

NOT_INSTALLED = "onair.E060"
ALONE = "onair.I061"
UNSERVED = "onair.W062"
WRONG_TYPE = "onair.E063"
CACHE_NOT_SHARED = "onair.W064"
NO_WEBHOOK = "onair.W065"
NO_CHANNELS = "onair.W066"
NO_BACKEND = "onair.W067"

_SEED = "drf_model_pusher"
_ADD = 'Add "onair", and path("onair/", include("onair.urls"))'

#: Caches that a process has for itself, or that keep nothing.
_UNSHARED = ("LocMemCache", "DummyCache")


def check_installed(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say that Django REST framework is missing, where drf_model_pusher's app is listed."""
    if not apps.is_installed(_SEED) or requirement.is_installed():
        return []
    return [
        checks.Error(
            f'INSTALLED_APPS has "{_SEED}", and Django REST framework is not installed.',
            hint=f"Run: {requirement.INSTALL}",
            id=NOT_INSTALLED,
        )
    ]


def check_alone(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say what a project with drf_model_pusher's app alone could have, and what it lacks."""
    if apps.is_installed("onair") or not apps.is_installed(_SEED) or options.is_disabled():
        return []
    if conf.is_embedded():
        return [
            checks.Warning(
                f'INSTALLED_APPS has "{_SEED}" without "onair", and hosted Pusher is not set up: runserver '
                "serves no sockets.",
                hint=f"{_ADD}; or set PUSHER_APP_ID, PUSHER_KEY and PUSHER_SECRET.",
                id=UNSERVED,
            )
        ]
    return [
        checks.Info(
            f'INSTALLED_APPS has "{_SEED}" without "onair": events go to a server elsewhere.',
            hint=f"{_ADD}: that brings a server inside this site, which needs no account, an endpoint that "
            "lets users into private channels and presence, and rules in onair_rules.py.",
            id=ALONE,
        )
    ]


def check_options(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say of each of drf_model_pusher's settings that is of the wrong type."""
    return [
        checks.Error(
            f"{name} is {value!r}; it should be {_KINDS[type(default)]}.",
            hint=f"The default is {default!r}.",
            id=WRONG_TYPE,
        )
        for name, default in options.DEFAULTS.items()
        if not isinstance(value := getattr(settings, name, default), type(default))
    ]


_KINDS = {str: "a file's name, like 'pusher_backends.py'", bool: "True or False"}


def check_cache(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say that the webhook tells one process alone, where each has a cache of its own."""
    backend = str(settings.CACHES.get("default", {}).get("BACKEND", ""))
    if not options.is_optimised() or not backend.endswith(_UNSHARED):
        return []
    return [
        checks.Warning(
            f"{options.OPTIMISED} needs a cache that all processes share, and the default one is {backend}: "
            "other processes do not hear the webhook, and their events may miss a new listener for a minute.",
            hint="Set CACHES to Redis, Memcached or the database.",
            id=CACHE_NOT_SHARED,
        )
    ]


def check_webhook(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say that nobody hears which channels are occupied, where events go to those alone."""
    if not options.is_optimised() or conf.is_embedded():
        return []
    loaded = _views()
    webhook = loaded.ChannelExistenceWebhook if loaded else ()
    if any(issubclass(cls, webhook) for cls, _ in _routed()):
        return []
    return [
        checks.Warning(
            f"{options.OPTIMISED} is on, and the URLconf has no ChannelExistenceWebhook: events may miss a "
            "new listener for a minute.",
            hint='Add path("pusher/channel-existence/", ChannelExistenceWebhook.as_view()) to urlpatterns, '
            "and its address to the app's webhooks.",
            id=NO_WEBHOOK,
        )
    ]


def check_channels(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say of views that do not name their channels."""
    loaded = _views()
    if loaded is None:
        return []
    unnamed = loaded.ModelPusherViewMixin.get_pusher_channels
    return [
        checks.Warning(
            f"{_name(cls)} must implement the `get_pusher_channels` method: nothing is sent for it.",
            hint="Let it return a list of the channels' names, [] for none.",
            obj=cls,
            id=NO_CHANNELS,
        )
        for cls, view in _pushing()
        if cls.get_pusher_channels is unnamed and any(map(_asks_the_view, _backends_of(view) or ()))
    ]


def check_backends(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say of views for whose model nobody speaks."""
    return [
        checks.Warning(
            f"{_name(cls)} says nothing: no backend is registered for its model.",
            hint=f"Define a PusherBackend with a serializer of the model in an app's {_file()}.",
            obj=cls,
            id=NO_BACKEND,
        )
        for cls, view in _pushing()
        if _backends_of(view) == []
    ]


def _views() -> Any:
    """Return the module of the views; None where the URLconf has not imported it, so that none is routed."""
    callbacks()
    if "onair.rest.views" not in sys.modules:
        return None
    # Not from sys.modules: runserver checks in a thread, while another one may be importing the URLconf.
    return import_module("onair.rest.views")


def _routed() -> Iterator[tuple[type, dict[str, Any]]]:
    """Yield the class of each view of Django REST framework, with what ``as_view()`` was given."""
    seen = set()
    for callback in callbacks():
        cls = getattr(callback, "cls", None)
        if isinstance(cls, type) and cls not in seen:
            seen.add(cls)
            yield cls, getattr(callback, "initkwargs", None) or getattr(callback, "view_initkwargs", {})


def _pushing() -> Iterator[tuple[Any, Any]]:
    """Yield each routed view with the mixin: its class, and an instance."""
    loaded = _views()
    if loaded is None:
        return
    for cls, given in _routed():
        if issubclass(cls, loaded.ModelPusherViewMixin):
            yield cls, cls(**given)


def _backends_of(view: Any) -> list[Any] | None:
    """Return the backends of a view, None where they cannot be known without a request."""
    with suppress(Exception):
        return list(view.pusher_backends or view.get_models_pusher_backends())
    return None


def _asks_the_view(backend: Any) -> bool:
    """Whether a backend has no code of its own to name the channels."""
    names = ("get_packet", "get_channels", "push_change")
    return all(getattr(backend, name) is getattr(PusherBackend, name) for name in names)


def _name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _file() -> str:
    return str(getattr(settings, options.BACKENDS_FILE, options.DEFAULTS[options.BACKENDS_FILE]))
