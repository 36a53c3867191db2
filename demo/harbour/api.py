from __future__ import annotations

from rest_framework.viewsets import ModelViewSet

from articles.api import NewsroomPermissions
from drf_model_pusher.views import ModelPusherViewMixin

from .models import Ferry
from .serializers import FerrySerializer


class FerryViewSet(ModelPusherViewMixin, ModelViewSet):
    queryset = Ferry.objects.prefetch_related("tags")
    serializer_class = FerrySerializer
    permission_classes = [NewsroomPermissions]

    def get_pusher_channels(self) -> list[str]:
        return ["harbour.ferry"]
