"""What the API tells when it has written. The file is found by its name, in every app."""

from __future__ import annotations

from drf_model_pusher.backends import PrivatePusherBackend

from .serializers import DispatchSerializer, HeadlineSerializer


class ArticlePusherBackend(PrivatePusherBackend):
    """Sends article.create, article.update and article.delete."""

    serializer_class = HeadlineSerializer


class DispatchPusherBackend(PrivatePusherBackend):
    """Sends dispatch.create, dispatch.update and dispatch.delete."""

    serializer_class = DispatchSerializer
