from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("onair/", include("onair.urls")),
    path("news/", include("tests.site.news.urls")),
]
