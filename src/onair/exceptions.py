"""Errors that a developer sees, each with its remedy.

OnAirError
├── ConfigurationError      a setting is wrong or missing (also ImproperlyConfigured)
├── BadChannel              a channel is none of the kind that is asked for
├── BadRule                 a pattern or a function cannot be a rule (in authorization/patterns.py)
└── PublishError            an event cannot be published as asked
    ├── BadEvent            its name, channel or data is not acceptable
    ├── EventTooLarge       its data exceeds the limit
    └── ServiceDown         raised by your own code: what it calls is down, and is called again later

What a *client* does wrong is a ``protocol.errors.ProtocolError`` and never reaches a developer's code.
"""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured


class OnAirError(Exception):
    """Anything that django-onair raises on purpose."""


class ConfigurationError(OnAirError, ImproperlyConfigured):
    """A setting is wrong or missing; the message names the setting and the remedy."""


class BadChannel(OnAirError, ValueError):
    """A channel is none of the kind that is asked for."""


class PublishError(OnAirError):
    """An event cannot be published as asked."""


class BadEvent(PublishError, ValueError):
    """A channel, an event name or the data of an event is not acceptable."""


class EventTooLarge(PublishError, ValueError):
    """The serialised data of an event exceeds ``ONAIR["MAX_EVENT_SIZE"]``."""


class ServiceDown(PublishError):
    """What a provider or another call raises when its service is down: it is called again later.

    Args:
        message: what does not answer, and what to do about it.
        retry_after: seconds that the service asks for, if it does.
    """

    def __init__(self, message: str, *, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after
