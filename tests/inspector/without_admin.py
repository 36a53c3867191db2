from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("onair/", include("onair.urls"))]
