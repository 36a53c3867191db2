"""The settings: one dictionary, ``ONAIR``, of which every key is optional.

Nothing is read when this module is imported. What the settings mean together is worked out once and forgotten
when Django says that a setting has changed, so that ``override_settings`` works.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.core.signals import setting_changed
from django.utils.crypto import salted_hmac

from onair import server_url, webhook_settings
from onair.engines.base import Bounds
from onair.engines.urls import EngineUrl
from onair.exceptions import ConfigurationError
from onair.protocol.app import App, Credential, Limits

EMBEDDED_APP_ID = "1"

#: The cluster that Pusher's libraries take where none is named.
DEFAULT_CLUSTER = "mt1"

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#@\s]+", re.IGNORECASE)

#: What hosted Pusher accepts as the data of one event, in bytes.
HOSTED_EVENT_SIZE = 10_240


class Settings:
    """The options of ``ONAIR``, with their defaults. Sizes are bytes, times are seconds."""

    #: Where events go: unset (the server inside one process of this site); ``redis://…``, ``postgres://…`` or
    #: ``postgres:alias`` (inside any number of them, which share it); ``http://key:secret@host:port/apps/1``
    #: or ``pusher://key:secret@cluster/app_id``. The environment's ``ONAIR_URL`` serves where it is not set.
    URL: str | None = None
    #: Where browsers connect, ``wss://live.example.com/prefix``. Unset: the host of the page.
    PUBLIC_URL: str | None = None
    #: Origins whose pages may connect, ``https://www.example.com``. Unset: ``ALLOWED_HOSTS`` and
    #: ``CSRF_TRUSTED_ORIGINS`` decide.
    ALLOWED_ORIGINS: list[str] | None = None
    #: The key of encrypted channels: 32 bytes in base64. Unset, it comes from ``SECRET_KEY``.
    ENCRYPTION_MASTER_KEY: str | None = None
    #: Whether browsers may send client events (``client-…``) to each other.
    CLIENT_EVENTS: bool = False
    #: Client events that one connection may send in a second.
    MAX_CLIENT_EVENTS_PER_SECOND: int = 10
    #: Events that one session may send to the views of its pages in a second; at once, twice as many.
    MAX_PAGE_EVENTS_PER_SECOND: int = 20
    #: Subscriptions of one connection in a second, in the long run; at first it has twice ``MAX_CHANNELS``.
    MAX_SUBSCRIPTIONS_PER_SECOND: int = 20
    #: The largest data of one event.
    MAX_EVENT_SIZE: int = 102_400
    #: The largest message that a browser may send.
    MAX_CLIENT_MESSAGE_SIZE: int = 10_240
    #: Channels that one connection may subscribe to.
    MAX_CHANNELS: int = 200
    #: Users whose coming and going one user is told.
    MAX_WATCHLIST: int = 100
    #: Connections that the server accepts. Unset: the limit of open files less 128.
    MAX_CONNECTIONS: int | None = None
    #: Silence after which a connection is tested.
    ACTIVITY_TIMEOUT: int = 120
    #: Time that a connection has to sign in or to join a private or presence channel. Unset: any.
    AUTHORIZATION_TIMEOUT: int | None = None
    #: Whether everybody on a channel is told how many listen to it.
    SUBSCRIPTION_COUNTS: bool = False
    #: How long the last event of a cache channel is kept.
    CACHE_SECONDS: int = 1_800
    #: How long events are kept for browsers that come back.
    HISTORY_SECONDS: int = 300
    #: Events of one channel that are kept for them.
    HISTORY_EVENTS: int = 1_000
    #: The same, in bytes of all channels.
    HISTORY_SIZE: int = 64 * 1024 * 1024
    #: Where the server posts what happens on the channels: addresses, or dictionaries with "url", "notices"
    #: and "batch".
    WEBHOOKS: list[str | dict[str, object]] | None = None
    #: Models, as "app.Model", whose writes are seen by triggers of the database (``onair.outbox``).
    TRIGGERS: list[str] | None = None
    #: Whether this process tells the pages that follow the database what it writes. Unset: where there are
    #: such pages. False also where it has them.
    LIVE: bool | None = None
    #: Who may see the inspector: a function of the request, or its dotted name. Unset: superusers.
    INSPECTOR: str | Callable[..., Any] | None = None
    #: Events that may wait for being sent; beyond it the oldest is dropped and counted.
    QUEUE_EVENTS: int = 10_000
    #: The same, in bytes of data.
    QUEUE_SIZE: int = 32 * 1024 * 1024
    #: How long events wait for a server that is down.
    QUEUE_SECONDS: int = 300
    #: How long the end of a process waits for the last events to leave.
    DRAIN_TIMEOUT: float = 5
    #: How long a page that shows an object lets its reader follow it.
    GRANT_AGE: int = 12 * 60 * 60
    #: Whether the access mixins publish on ``private-modelname_pk`` instead of ``modelname_pk``.
    PUSHERABLE_PRIVATE: bool = False

    def __getattribute__(self, name: str) -> Any:
        default = object.__getattribute__(self, name)
        return user_settings().get(name, default) if name.isupper() else default


#: Name and type of every option.
OPTIONS: dict[str, Any] = get_type_hints(Settings)

settings = Settings()


@dataclass(frozen=True, slots=True)
class Embedded:
    """The server is inside this site's own processes, or beside it on this machine.

    With an ``engine`` any number of them serve, on any number of machines, and share the app through it.
    Without one a single process does.
    """

    app: App
    engine: EngineUrl | None = None


@dataclass(frozen=True, slots=True)
class RemoteServer:
    """A server elsewhere that speaks the Pusher HTTP API: our own, Soketi, Reverb."""

    app: App
    base_url: str


@dataclass(frozen=True, slots=True)
class HostedPusher:
    """The commercial service, or a host that the seeds' ``PUSHER_HOST`` names in its place."""

    app: App
    cluster: str
    host: str | None = None


Target = Embedded | RemoteServer | HostedPusher


def user_settings() -> dict[str, Any]:
    """Return the project's ``ONAIR``, an empty one where it has none."""
    value = getattr(django_settings, "ONAIR", None)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ConfigurationError(f'ONAIR is a dictionary, like {{"URL": "…"}}, not {type(value).__name__}.')
    return value


def url() -> str | None:
    """Return ``ONAIR["URL"]``, else the environment's ``ONAIR_URL``, else None.

    Raises:
        ConfigurationError: it is no text.
    """
    given: Any = settings.URL
    if given is not None and not isinstance(given, str):
        raise ConfigurationError('ONAIR["URL"] is no string.')
    return given or os.environ.get("ONAIR_URL") or None


def target() -> Target:
    """Return where this site's events go.

    Raises:
        ConfigurationError: the URL or the ``PUSHER_…`` settings cannot be understood.
    """
    return _target(url())


def is_embedded() -> bool:
    """Whether events go to the server inside or beside this site; no, where the settings are wrong."""
    try:
        return isinstance(target(), Embedded)
    except ConfigurationError:  # the check of the settings says what is wrong
        return False


def engine() -> EngineUrl | None:
    """Return what the processes share this site's app through; None without it, or with wrong settings."""
    try:
        found = target()
    except ConfigurationError:  # the check of the settings says what is wrong
        return None
    return found.engine if isinstance(found, Embedded) else None


def bounds() -> Bounds:
    """Return what an engine is to keep of this site's app.

    Raises:
        ConfigurationError: the settings cannot be understood.
    """
    limits = app().limits
    return Bounds(entries=limits.history_events, seconds=limits.history_seconds)


def is_hosted() -> bool:
    """Whether the commercial service serves this site; no, where the settings are wrong."""
    try:
        found = target()
    except ConfigurationError:  # the check of the settings says what is wrong
        return False
    return isinstance(found, HostedPusher) and found.host is None


def app() -> App:
    """Return the app that this site publishes to and signs for."""
    return target().app


def site_key() -> str:
    """Return what tells this site from every other one on the machine.

    Two checkouts of a project have different keys, and so have two projects with one secret key.
    """
    base = getattr(django_settings, "BASE_DIR", None) or Path.cwd()
    identity = f"{os.path.realpath(base)}|{django_settings.SECRET_KEY}"
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def public_url() -> str | None:
    """Return where browsers connect, without a slash at its end; None is the page's own host.

    Raises:
        ConfigurationError: ``PUBLIC_URL`` is no ``ws://`` or ``wss://`` address.
    """
    value = settings.PUBLIC_URL
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in {"ws", "wss"} or not parts.hostname or parts.query or parts.fragment:
        raise ConfigurationError(
            f'ONAIR["PUBLIC_URL"] is {value!r}. It names where browsers connect, like '
            '"wss://live.example.com" or "wss://example.com/prefix".'
        )
    return value.rstrip("/")


def allowed_origins() -> tuple[str, ...] | None:
    """Return whose pages may open a socket; None leaves it to Django's own settings.

    Raises:
        ConfigurationError: one of ``ALLOWED_ORIGINS`` is no origin, and would let nobody in.
    """
    if settings.ALLOWED_ORIGINS is None:
        return None
    origins = tuple(origin.rstrip("/") for origin in settings.ALLOWED_ORIGINS)
    for origin in origins:
        if origin != "*" and not _ORIGIN.fullmatch(origin):
            raise ConfigurationError(
                f'ONAIR["ALLOWED_ORIGINS"] has {origin!r}. Each names a scheme and a host, like '
                '"https://www.example.com" or "https://*.example.com"; "*" lets every page in.'
            )
    return origins


@lru_cache(maxsize=4)
def _target(chosen: str | None) -> Target:
    if chosen:
        return _target_of_url(chosen)
    return _target_of_pusher_settings() or Embedded(_embedded_app())


def _forget(**kwargs: Any) -> None:
    _target.cache_clear()


setting_changed.connect(_forget, dispatch_uid="onair.conf")


def _embedded_app() -> App:
    secrets = (django_settings.SECRET_KEY, *django_settings.SECRET_KEY_FALLBACKS)
    return _make_app(EMBEDDED_APP_ID, tuple(_derived_credential(secret) for secret in secrets))


def _make_app(app_id: str, credentials: tuple[Credential, ...]) -> App:
    return App(
        id=app_id,
        credentials=credentials,
        limits=_limits(),
        client_events=settings.CLIENT_EVENTS,
        activity_timeout=settings.ACTIVITY_TIMEOUT,
        subscription_counts=settings.SUBSCRIPTION_COUNTS,
        authorization_timeout=settings.AUTHORIZATION_TIMEOUT,
        webhooks=webhook_settings.read(settings.WEBHOOKS),
    )


def _limits() -> Limits:
    try:
        return Limits(
            event_bytes=settings.MAX_EVENT_SIZE,
            client_message_bytes=settings.MAX_CLIENT_MESSAGE_SIZE,
            channels_per_connection=settings.MAX_CHANNELS,
            client_events_per_second=settings.MAX_CLIENT_EVENTS_PER_SECOND,
            subscriptions_per_second=settings.MAX_SUBSCRIPTIONS_PER_SECOND,
            connections=settings.MAX_CONNECTIONS,
            watchlist=settings.MAX_WATCHLIST,
            cache_seconds=settings.CACHE_SECONDS,
            history_seconds=settings.HISTORY_SECONDS,
            history_events=settings.HISTORY_EVENTS,
            history_bytes=settings.HISTORY_SIZE,
        )
    except (TypeError, ValueError):
        raise ConfigurationError(
            'A limit in ONAIR is no whole number above 0: "manage.py check" says which one.'
        ) from None


@lru_cache(maxsize=16)
def _derived_credential(secret_key: str | bytes) -> Credential:
    """Derive key and secret by two salts: the key is public, and says nothing of the secret."""

    def derive(salt: str) -> str:
        return salted_hmac(salt, "onair", secret=secret_key, algorithm="sha256").hexdigest()

    return Credential(key=derive("onair.app.key")[:20], secret=derive("onair.app.secret")[:40])


def _target_of_pusher_settings() -> HostedPusher | None:
    """Read the settings of django-pusherable and drf_model_pusher, which mean hosted Pusher."""
    names = ("PUSHER_APP_ID", "PUSHER_KEY", "PUSHER_SECRET")
    values = [str(getattr(django_settings, name, None) or "") for name in names]
    if not any(values):
        return None
    missing = [name for name, value in zip(names, values, strict=True) if not value]
    if missing:
        raise ConfigurationError(
            f"{_list(missing)} empty, while {_list([name for name in names if name not in missing])} set. "
            "Hosted Pusher needs all three (they are on the app's keys page); "
            "to use the server inside this site, remove them all."
        )
    app_id, key, secret = values
    return HostedPusher(
        app=_make_app(app_id, (Credential(key=key, secret=secret),)),
        cluster=getattr(django_settings, "PUSHER_CLUSTER", DEFAULT_CLUSTER) or "",
        host=_pusher_host(),
    )


def _list(names: list[str]) -> str:
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'}"


def _pusher_host() -> str | None:
    """Return the host in place of hosted Pusher's. Pusher's library asks it by https, at the port of that."""
    host: str | None = getattr(django_settings, "PUSHER_HOST", None) or None
    if host and not re.fullmatch(r"[\w.-]+|\[[\da-fA-F:.]+\]", host):
        raise ConfigurationError(
            f'PUSHER_HOST is {host!r}. It names a host alone, like "pusher.example.com", which is asked by '
            'https at port 443. For another scheme or port set ONAIR = {"URL": "http://key:secret@host:port/apps/1"}.'
        )
    return host


def _target_of_url(value: str) -> Target:
    url = server_url.read(value)
    if isinstance(url, EngineUrl):
        return Embedded(_embedded_app(), url)
    app = _make_app(url.app_id, (url.credential,))
    if url.base_url is not None:
        return RemoteServer(app, url.base_url)
    return HostedPusher(app, url.cluster or "")
