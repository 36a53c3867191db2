"""What an app's start does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from onair.rest.requirement import load

if TYPE_CHECKING:
    from onair.rest.config import connect_pusher_views as connect_pusher_views

sys.modules[__name__] = load("onair.rest.config")
