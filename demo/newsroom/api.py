"""Where the REST API's addresses are: ``/api/`` in a browser shows them."""

from __future__ import annotations

from rest_framework.routers import DefaultRouter

from articles.api import ArticleViewSet, DispatchViewSet, TagViewSet
from harbour.api import FerryViewSet

router = DefaultRouter()
router.register("articles", ArticleViewSet)
router.register("dispatches", DispatchViewSet)
router.register("ferries", FerryViewSet)
router.register("tags", TagViewSet)
