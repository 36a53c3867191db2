"""Providers: each takes an event from a backend to a service.

A backend's ``provider_class`` is called without arguments, then ``configure()``, then ``trigger(channels,
event_name, data, socket_id)``, all by the background sender, after the commit.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from onair import conf
from onair.conf import HostedPusher, RemoteServer
from onair.exceptions import ConfigurationError
from onair.publishing import dispatch
from onair.publishing.event import Event
from onair.publishing.hosted import INSTALL, make_client
from onair.rest import asking, options
from onair.rest.occupied import occupied


class BaseProvider:
    """A way to a service: override :meth:`trigger`, and what else is needed."""

    def configure(self) -> None:
        """Get ready. Called once, before :meth:`trigger`."""

    def parse_packet(
        self, backend: Any, channels: list[str], event_name: str, data: Any, socket_id: str | None = None
    ) -> tuple[list[str], str, Any]:
        """Return the channels, the event's name and its data as :meth:`trigger` is to get them.

        Args:
            backend: who says it: an instance of a backend, or of a view for what ``push()`` sends.
        """
        return channels, event_name, data

    def trigger(self, channels: list[str], event_name: str, data: Any, socket_id: str | None = None) -> None:
        """Send the event; it may block. What it raises is logged and counted.

        Args:
            socket_id: the socket that is not to get it.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement the `trigger` method")


class PusherProvider(BaseProvider):
    """Sends to where this site's events go; with hosted Pusher, by ``pusher.Pusher.trigger``.

    With DRF_MODEL_PUSHER_DISABLED it sends nothing, and needs no credentials.
    """

    def __init__(self) -> None:
        self._pusher: Any = None
        self._disabled = options.is_disabled()

    def configure(self) -> None:
        """Make the library's client, where events go to hosted Pusher."""
        if not self._disabled and _hosted() is not None:
            self._pusher = _make_client()

    @property
    def client(self) -> Any:
        """The library's client, made when it is first asked for.

        Raises:
            ConfigurationError: events do not go to hosted Pusher.
        """
        if self._pusher is None:
            self._pusher = _make_client()
        return self._pusher

    def trigger(self, channels: list[str], event_name: str, data: Any, socket_id: str | None = None) -> None:
        """Send the event now, with hosted Pusher before this returns."""
        if self._disabled:
            return
        wanted = self.occupied(channels) if options.is_optimised() else channels
        if not wanted:
            return
        if _hosted() is not None:
            self.client.trigger(wanted, event_name, data, socket_id)
        else:
            dispatch.send(Event(tuple(wanted), event_name, data, str(socket_id) if socket_id else None))

    def occupied(self, channels: Sequence[str]) -> list[str]:
        """Return those of the channels that somebody listens to, as far as Django's cache knows.

        Of a server in or beside this site, or an engine, there is nothing to save, and nothing is asked: all
        of them.
        """
        if conf.is_embedded():
            return list(channels)
        return occupied(channels, self._sync_cache)

    def _sync_cache(self) -> Iterable[str]:
        """Ask the service for its occupied channels."""
        target = conf.target()
        if isinstance(target, RemoteServer):
            return asking.channels_of(target)
        answer: Iterable[str] = self.client.channels_info()["channels"]
        return answer


class AblyProvider(BaseProvider):
    """The name of a provider that was never finished: it says so."""

    def trigger(self, channels: list[str], event_name: str, data: Any, socket_id: str | None = None) -> None:
        raise NotImplementedError(
            "AblyProvider sends nothing. Write a provider of your own: a class that derives from "
            "BaseProvider and has trigger(channels, event_name, data, socket_id)."
        )


class MissingPusher:
    """What ``Pusher`` is where its library is not installed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise ConfigurationError(f"Hosted Pusher needs its library. Install it: {INSTALL}.")


def _hosted() -> HostedPusher | None:
    target = conf.target()
    return target if isinstance(target, HostedPusher) else None


def _make_client() -> Any:
    target = _hosted()
    if target is None:
        raise ConfigurationError(
            "Events do not go to hosted Pusher, whose client this is: set PUSHER_APP_ID, PUSHER_KEY and "
            'PUSHER_SECRET, or ONAIR = {"URL": "pusher://…"}.'
        )
    return make_client(target, client_class(), json_encoder=DjangoJSONEncoder)


def client_class() -> Any:
    """Return this module's ``Pusher`` as it is now: a project's tests may have put their own in its place."""
    return sys.modules[__name__].Pusher


def __getattr__(name: str) -> Any:
    """Import the library on first use: sites with a server of their own do without it."""
    if name != "Pusher":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from pusher import Pusher
    except ImportError:
        return MissingPusher
    return Pusher
