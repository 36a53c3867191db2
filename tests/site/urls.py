from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("onair/", include("onair.urls")),
    path("news/", include("tests.site.news.urls")),
]
