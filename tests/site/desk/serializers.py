from __future__ import annotations

from rest_framework import serializers

from tests.site.desk.models import Story


class StorySerializer(serializers.ModelSerializer):
    headline = serializers.CharField(source="title")
    section = serializers.StringRelatedField()  # type: ignore[var-annotated]

    class Meta:
        model = Story
        fields = ("id", "headline", "section")
