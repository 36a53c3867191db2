"""The exceptions."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from onair.rest.requirement import load

if TYPE_CHECKING:
    from onair.rest.exceptions import ModelPusherException as ModelPusherException

sys.modules[__name__] = load("onair.rest.exceptions")
