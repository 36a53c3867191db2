"""The backends."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from onair.rest.requirement import load

if TYPE_CHECKING:
    from onair.rest.backends import PacketAdapter as PacketAdapter
    from onair.rest.backends import PresencePusherBackend as PresencePusherBackend
    from onair.rest.backends import PrivatePusherBackend as PrivatePusherBackend
    from onair.rest.backends import PusherBackend as PusherBackend
    from onair.rest.backends import PusherBackendMetaclass as PusherBackendMetaclass
    from onair.rest.backends import get_models_pusher_backends as get_models_pusher_backends
    from onair.rest.backends import pusher_backend_registry as pusher_backend_registry

sys.modules[__name__] = load("onair.rest.backends")
