"""The mixins of django-pusherable: those of ``onair.views``, sending with this module's ``Pusher``."""

from __future__ import annotations

from typing import Any

from onair import views
from onair.exceptions import ConfigurationError

__all__ = ["PusherDeleteMixin", "PusherDetailMixin", "PusherMixin", "PusherUpdateMixin"]


class PusherMixin(views.PusherMixin):
    __doc__ = views.PusherMixin.__doc__

    # Looked up when an event is sent, so that a project's tests can put their own in its place.
    _client = f"{__name__}.Pusher"


class PusherDetailMixin(PusherMixin, views.PusherDetailMixin):
    __doc__ = views.PusherDetailMixin.__doc__


class PusherUpdateMixin(PusherMixin, views.PusherUpdateMixin):
    __doc__ = views.PusherUpdateMixin.__doc__


class PusherDeleteMixin(PusherMixin, views.PusherDeleteMixin):
    __doc__ = views.PusherDeleteMixin.__doc__


class MissingPusher:
    """What ``Pusher`` is where its library is not installed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise ConfigurationError(
            'Hosted Pusher needs its library. Install it: pip install "django-onair[pusher]".'
        )


def __getattr__(name: str) -> Any:
    """Import the library on first use: sites with a server of their own do without it."""
    if name != "Pusher":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from pusher import Pusher
    except ImportError:
        return MissingPusher
    return Pusher
