"""The script elements that the template tags write.

Nothing is inline: what the scripts must know is in ``data-`` attributes. No function asks for a CSRF token,
or, on a page with public channels alone, for the user, so that pages stay cacheable.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.contrib.staticfiles import finders
from django.db.models import Model
from django.http import HttpRequest
from django.http.request import HttpHeaders
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

import onair
from onair import conf
from onair.authorization import grants
from onair.exceptions import ConfigurationError
from onair.protocol.names import kind_of
from onair.views.pusherable import PusherMixin, channel_of
from onair.views.unheard import warn_if_unheard

CLIENT = "onair/onair.js"
PAGE = "onair/onair-page.js"
PUSHERABLE = "onair/pusherable.js"
PUSHER_JS = "onair/vendor/pusher.min.js"
PUSHER_JS_WITH_ENCRYPTION = "onair/vendor/pusher-with-encryption.min.js"

_STATIC = Path(onair.__file__).parent / "static"


def onair_script(*, nonce: object = None) -> SafeString:
    """Return the element of the browser client, with its settings."""
    return _script(CLIENT, defer=True, nonce=nonce, data=_settings())


def page_script(*, nonce: object = None) -> SafeString:
    """Return the element of what only some pages need beside the client: events, short messages, buttons …"""
    return _script(PAGE, defer=True, nonce=nonce, data={"page": ""})


def pusherable_script(*, encryption: bool = False, nonce: object = None) -> SafeString:
    """Return the elements of pusher-js, from the site's own static files, and of the settings of its tags.

    Args:
        encryption: whether it is the larger one that reads encrypted channels.

    Raises:
        ConfigurationError: pusher-js has not been fetched into this checkout.
    """
    library = PUSHER_JS_WITH_ENCRYPTION if encryption else PUSHER_JS
    _require(library)
    return _script(library, nonce=nonce) + _script(PUSHERABLE, nonce=nonce, data=_settings())


def pusherable_subscribe(
    event: str,
    instance: Model | str | None,
    *,
    private: bool | None = None,
    view: object = None,
    request: HttpRequest | None = None,
    nonce: object = None,
) -> SafeString:
    """Return the element that subscribes to one event of an object.

    Without an object that has been saved there is nothing to listen to, and the text is empty: one template
    may serve the form that creates and the form that updates.

    Args:
        event: the event's name, as the mixins have it: ``view``, ``update``, ``updated`` …
        instance: the object.
        private: whether its channel is the private one; None is what the view says, or the settings.
        view: the view of the page. Its ``pusher_private`` counts, and for its own object its
            ``get_pusher_channel()``.
        request: whose user gets a grant, if the channel is private.

    Raises:
        TypeError: ``instance`` is no object of a model.
        ConfigurationError: the channel is private, and the URLconf has no endpoint that authorises it.
    """
    if instance is None or instance == "":  # what a template has for a name that is not there
        return SafeString()
    if not isinstance(instance, Model):
        raise TypeError(f"pusherable_subscribe takes an event and an object of a model, not {instance!r}.")
    if instance.pk is None:
        return SafeString()
    channel = _channel(instance, private, view)
    warn_if_unheard(instance, channel)
    data = {"channel": channel, "event": event, "model": instance._meta.model_name}
    return _script(PUSHERABLE, nonce=nonce, data=data | {"grant": _grant(channel, request)})


def _channel(instance: Model, private: bool | None, view: object) -> str:
    """Return the channel on which the page's view, or another one of the same kind, speaks of the object."""
    if private is None:
        if isinstance(view, PusherMixin) and getattr(view, "object", None) == instance:
            return view.get_pusher_channel()
        private = getattr(view, "pusher_private", None)
    return channel_of(instance, private)


def _grant(channel: str, request: HttpRequest | None) -> str | None:
    if not kind_of(channel).needs_auth:
        return None
    if _url("onair:auth") is None:
        raise ConfigurationError(
            f"The channel {channel!r} is private, and the URLconf has nothing that lets browsers join it. "
            'Add path("onair/", include("onair.urls")) to urlpatterns.'
        )
    return None if request is None else grants.grant(channel, getattr(request, "user", None))


def _settings() -> dict[str, str | None]:
    """Return what both scripts are told: the app, its server, and where channels and users are signed."""
    url = conf.public_url()
    return {
        "key": conf.app().key,
        "auth": _url("onair:auth"),
        "user-auth": _url("onair:user-auth"),
        "url": url,
        "cluster": None if url else _cluster(),
        "csrf-cookie": django_settings.CSRF_COOKIE_NAME,
        "csrf-header": _csrf_header(),
    }


def _url(name: str) -> str | None:
    """Return the address of an endpoint; a site without them has public channels alone."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def _cluster() -> str | None:
    target = conf.target()
    if not isinstance(target, conf.HostedPusher) or target.host:
        return None
    return target.cluster or conf.DEFAULT_CLUSTER


def _csrf_header() -> str:
    """Return ``CSRF_HEADER_NAME``, a key of ``request.META``, as a browser sends it."""
    name = django_settings.CSRF_HEADER_NAME
    return "X-CSRFToken" if name == "HTTP_X_CSRFTOKEN" else HttpHeaders.parse_header_name(name) or name


def _require(path: str) -> None:
    if not (_STATIC / path).exists() and finders.find(path) is None:
        raise ConfigurationError(
            f"The static file {path} is missing. It is of the package that pip installs; a checkout fetches "
            "it with: python scripts/vendor.py"
        )


def _script(
    path: str, *, defer: bool = False, nonce: object = None, data: dict[str, Any] | None = None
) -> SafeString:
    attributes = {"nonce": nonce, **{f"data-onair-{name}": value for name, value in (data or {}).items()}}
    given = ((name, value) for name, value in attributes.items() if value is not None)
    written = format_html_join("", ' {}="{}"', given)
    return format_html('<script src="{}"{}{}></script>', static(path), " defer" if defer else "", written)
