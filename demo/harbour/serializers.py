from __future__ import annotations

from articles.serializers import WrittenSerializer

from .models import Ferry


class FerrySerializer(WrittenSerializer):
    class Meta:
        model = Ferry
        fields = ["id", "name", "line", "status", "tags", "way"]
