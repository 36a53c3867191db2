"""The URLs of the site's part: where browsers ask which channels they may join, and who they are."""

from __future__ import annotations

from django.urls import path

from onair.views.authorize import authorize
from onair.views.sign_in import sign_in

app_name = "onair"

urlpatterns = [
    path("auth", authorize, name="auth"),
    path("user-auth", sign_in, name="user-auth"),
]
