"""The mixin, and the view that takes webhooks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from onair.rest.requirement import load

if TYPE_CHECKING:
    from onair.rest.views import ChannelExistenceWebhook as ChannelExistenceWebhook
    from onair.rest.views import ModelPusherViewMixin as ModelPusherViewMixin

sys.modules[__name__] = load("onair.rest.views")
