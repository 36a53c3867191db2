"""The newsroom's REST API: Django REST framework's viewsets, each made live by the mixin in front of it."""

from __future__ import annotations

from rest_framework.permissions import DjangoModelPermissions
from rest_framework.viewsets import ModelViewSet, ReadOnlyModelViewSet

from drf_model_pusher.views import ModelPusherViewMixin

from .models import Article, Dispatch, Tag
from .serializers import ArticleSerializer, DispatchSerializer, TagSerializer


class NewsroomPermissions(DjangoModelPermissions):
    """Who may view a model may read it here as well: Django REST framework asks for writes alone."""

    perms_map = DjangoModelPermissions.perms_map | {
        method: ["%(app_label)s.view_%(model_name)s"] for method in ("GET", "HEAD")
    }


class ArticleViewSet(ModelPusherViewMixin, ModelViewSet):
    queryset = Article.objects.select_related("author").prefetch_related("tags")
    serializer_class = ArticleSerializer
    permission_classes = [NewsroomPermissions]

    def get_pusher_channels(self) -> list[str]:
        """The backend is a private one, so that this is ``private-articles.article``."""
        return ["articles.article"]


class DispatchViewSet(ModelPusherViewMixin, ModelViewSet):
    queryset = Dispatch.objects.select_related("author")
    serializer_class = DispatchSerializer
    permission_classes = [NewsroomPermissions]

    def get_pusher_channels(self) -> list[str]:
        return ["wire"]


class TagViewSet(ReadOnlyModelViewSet):
    queryset = Tag.objects.all()
    serializer_class = TagSerializer
    permission_classes = [NewsroomPermissions]
