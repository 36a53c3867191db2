"""The access mixins' views that a URLconf has, and what can be said of them without a request."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings as django_settings
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver

from onair import conf
from onair.exceptions import ConfigurationError
from onair.views.pusherable import PusherMixin

_LOGIN_REQUIRED = "django.contrib.auth.middleware.LoginRequiredMiddleware"


@dataclass(frozen=True, slots=True)
class RoutedView:
    """One view of the URLconf. ``callback`` is what ``as_view()`` made, perhaps decorated."""

    callback: Any
    cls: type[PusherMixin]

    def __str__(self) -> str:
        return f"{self.cls.__module__}.{self.cls.__qualname__}"

    def option(self, name: str) -> Any:
        """Return an attribute of the view, as ``as_view()`` or the class has it."""
        given: dict[str, Any] = getattr(self.callback, "view_initkwargs", {})
        return given.get(name, getattr(self.cls, name, None))

    @property
    def model(self) -> type[Model] | None:
        """The model of the view's object, where an attribute says it."""
        form = getattr(self.option("form_class"), "_meta", None)
        homes = (self.option("queryset"), form)
        named = (self.option("model"), *(getattr(home, "model", None) for home in homes))
        return next((model for model in named if model is not None), None)

    @property
    def is_public(self) -> bool:
        """Whether the view speaks on the public channel ``modelname_pk``."""
        private = self.option("pusher_private")
        return self.is_named_by_model and not (_is_private_by_default() if private is None else private)

    @property
    def is_named_by_model(self) -> bool:
        """Whether the channel is named after the model; no, where the view has code of its own for it."""
        return self.cls.get_pusher_channel is PusherMixin.get_pusher_channel

    @property
    def sends_fields(self) -> bool:
        """Whether the payload is that of the mixin, and so of the model's fields."""
        return self.cls.get_pusher_payload is PusherMixin.get_pusher_payload

    @property
    def is_guarded(self) -> bool:
        """Whether visitors must have logged in, or have a permission, as far as Django's own ways go."""
        has_middleware = _LOGIN_REQUIRED in django_settings.MIDDLEWARE
        return (
            _has_access_mixin(self.cls)
            or hasattr(self.callback, "login_url")  # what Django's decorators leave
            or (has_middleware and getattr(self.callback, "login_required", True))
        )


def _has_access_mixin(cls: type) -> bool:
    # Its module imports the model of users, which a site without users cannot import.
    mixins = sys.modules.get("django.contrib.auth.mixins")
    return mixins is not None and issubclass(cls, mixins.AccessMixin)


def pusher_views() -> list[RoutedView]:
    """Return each view of the URLconf that has an access mixin, once."""
    classes = ((callback, getattr(callback, "view_class", None)) for callback in callbacks())
    return [
        RoutedView(callback, cls)
        for callback, cls in classes
        if isinstance(cls, type) and issubclass(cls, PusherMixin)
    ]


def callbacks() -> list[Any]:
    """Return each view of the URLconf, once."""
    if not getattr(django_settings, "ROOT_URLCONF", None):
        return []
    return list(dict.fromkeys(_callbacks(get_resolver().url_patterns)))


def _callbacks(patterns: list[URLPattern | URLResolver]) -> Iterator[Any]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _callbacks(pattern.url_patterns)
        else:
            yield pattern.callback


def _is_private_by_default() -> bool:
    try:
        return conf.settings.PUSHERABLE_PRIVATE
    except ConfigurationError:  # the check of the settings says what is wrong
        return False
