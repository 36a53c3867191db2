from __future__ import annotations

from typing import Any

from rest_framework import serializers

from .models import Article, Dispatch, Tag, Written


class TagSerializer(serializers.ModelSerializer):
    class Meta:
        model = Tag
        fields = ["id", "name"]


class WrittenSerializer(serializers.ModelSerializer):
    """What the API and the live desk show of what they share."""

    tags = serializers.SlugRelatedField("name", many=True, queryset=Tag.objects.all(), required=False)

    def save(self, **values: Any) -> Any:
        return super().save(way=Written.Way.API, **values)


class HeadlineSerializer(WrittenSerializer):
    """An article as a list of them needs it, and as the events tell of it: without its text."""

    class Meta:
        model = Article
        fields = ["id", "section", "title", "standfirst", "tags", "way"]


class AuthoredSerializer(serializers.ModelSerializer):
    """What somebody signs. Whoever creates it is its author."""

    author = serializers.CharField(source="author.get_full_name", read_only=True)

    def create(self, validated_data: dict[str, Any]) -> Any:
        return super().create(validated_data | {"author": self.context["request"].user})


class ArticleSerializer(AuthoredSerializer, WrittenSerializer):
    class Meta:
        model = Article
        fields = [*HeadlineSerializer.Meta.fields, "body", "author", "updated_at"]


class DispatchSerializer(AuthoredSerializer):
    class Meta:
        model = Dispatch
        fields = ["id", "text", "author", "sent_at"]
