"""The URLs of the site: where browsers ask what they may join and who they are, and where webhooks come."""

from __future__ import annotations

from django.urls import path

from onair.live.endpoint import live
from onair.views.authorize import authorize
from onair.views.sign_in import sign_in
from onair.views.webhooks import webhooks

app_name = "onair"

urlpatterns = [
    path("auth", authorize, name="auth"),
    path("live", live, name="live"),
    path("user-auth", sign_in, name="user-auth"),
    path("webhooks/", webhooks, name="webhooks"),
]
