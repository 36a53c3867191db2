from __future__ import annotations

from drf_model_pusher.backends import PrivatePusherBackend

from .serializers import FerrySerializer


class FerryPusherBackend(PrivatePusherBackend):
    """Sends ferry.create, ferry.update and ferry.delete."""

    serializer_class = FerrySerializer
