"""Who may see the inspector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from onair import conf
from onair.exceptions import ConfigurationError


def chosen() -> Callable[[HttpRequest], Any] | None:
    """Return what ``ONAIR["INSPECTOR"]`` names, None where it is not set.

    Raises:
        ConfigurationError: there is nothing of that name that can be called.
    """
    value: Any = conf.settings.INSPECTOR
    if isinstance(value, str):
        try:
            value = import_string(value)
        except ImportError as error:
            raise ConfigurationError(
                f'ONAIR["INSPECTOR"] cannot be imported: {error}. It is the dotted name of a function that '
                'gets the request and says whether its user may see the inspector: "shop.staff.may_inspect".'
            ) from error
    if value is not None and not callable(value):
        raise ConfigurationError(f'ONAIR["INSPECTOR"] is {value!r}. It is a function, or its dotted name.')
    function: Callable[[HttpRequest], Any] | None = value
    return function


def may_inspect(request: HttpRequest) -> bool:
    """Whether who asks may see the inspector.

    Raises:
        ConfigurationError: the setting names no function.
    """
    decide = chosen()
    if decide is not None:
        return bool(decide(request))
    user = getattr(request, "user", None)
    return bool(user is not None and user.is_active and user.is_superuser)


def refuse(request: HttpRequest) -> HttpResponseBase:
    """Send away who may not: to log in, who has not; for all others there is no such page.

    Raises:
        Http404: the user is known, or cannot be.
    """
    user = getattr(request, "user", None)
    if user is None or user.is_authenticated:
        raise Http404
    from django.contrib.auth.views import redirect_to_login

    return redirect_to_login(request.get_full_path(), _login_url())


def _login_url() -> str:
    """Return where users of the admin log in; where the site has none, its own login."""
    try:
        return reverse("admin:login")
    except NoReverseMatch:
        from django.conf import settings

        return resolve_url(settings.LOGIN_URL)
