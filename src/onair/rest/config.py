"""What an app's start does: the signals find their receiver, and the backends are found."""

from __future__ import annotations

from django.utils.module_loading import autodiscover_modules

from onair.rest import options, requirement
from onair.rest.receivers import send_pusher_event
from onair.rest.signals import view_post_save, view_pre_destroy


def connect_pusher_views() -> None:
    """Let the views' signals send events. Calling it again changes nothing."""
    for signal in (view_post_save, view_pre_destroy):
        signal.connect(send_pusher_event, dispatch_uid="onair.rest")


def discover_pusher_backends() -> None:
    """Import every app's backends: ``pusher_backends.py``, or what DRF_MODEL_PUSHER_BACKENDS_FILE names.

    Where Django REST framework is missing they cannot be imported; a system check says so.
    """
    if requirement.is_installed():
        autodiscover_modules(options.backends_module())
