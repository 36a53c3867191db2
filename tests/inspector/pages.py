from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from tests.site.board.urls import urlpatterns as board

urlpatterns = [path("admin/", admin.site.urls), path("onair/", include("onair.urls")), *board]
