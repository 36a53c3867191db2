"""The bodies of webhooks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from onair.rest.requirement import load

if TYPE_CHECKING:
    from onair.rest.serializers import ChannelExistenceEventSerializer as ChannelExistenceEventSerializer
    from onair.rest.serializers import ChannelExistenceSerializer as ChannelExistenceSerializer
    from onair.rest.serializers import EventSerializer as EventSerializer
    from onair.rest.serializers import PusherWebhookSerializer as PusherWebhookSerializer

sys.modules[__name__] = load("onair.rest.serializers")
