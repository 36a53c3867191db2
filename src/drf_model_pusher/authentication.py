"""Who posts a webhook."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from onair.rest.requirement import load

if TYPE_CHECKING:
    from onair.rest.authentication import PusherWebhookAuthentication as PusherWebhookAuthentication

sys.modules[__name__] = load("onair.rest.authentication")
