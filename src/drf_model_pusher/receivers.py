"""What hears the signals."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from onair.rest.requirement import load

if TYPE_CHECKING:
    from onair.rest.receivers import send_pusher_event as send_pusher_event

sys.modules[__name__] = load("onair.rest.receivers")
