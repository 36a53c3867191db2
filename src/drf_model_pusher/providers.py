"""The providers, and the library's ``Pusher``, which tests may patch here."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from onair.rest.requirement import load

if TYPE_CHECKING:
    from onair.rest.providers import AblyProvider as AblyProvider
    from onair.rest.providers import BaseProvider as BaseProvider
    from onair.rest.providers import PusherProvider as PusherProvider

sys.modules[__name__] = load("onair.rest.providers")
