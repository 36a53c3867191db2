"""The signals."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from onair.rest.requirement import load

if TYPE_CHECKING:
    from onair.rest.signals import view_post_save as view_post_save
    from onair.rest.signals import view_pre_destroy as view_pre_destroy

sys.modules[__name__] = load("onair.rest.signals")
