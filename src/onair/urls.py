"""The URLs of the site's part: where browsers ask which channels they may join."""

from __future__ import annotations

from django.urls import path

from onair.views.authorize import authorize

app_name = "onair"

urlpatterns = [
    path("auth", authorize, name="auth"),
]
