"""The URLs of the site: where browsers ask what they may join and who they are, where webhooks come, and the
inspector."""

from __future__ import annotations

from django.urls import path

from onair.inspector import routing
from onair.live.endpoint import live
from onair.views.authorize import authorize
from onair.views.sign_in import sign_in
from onair.views.webhooks import webhooks

app_name = "onair"

urlpatterns = [
    path("", routing.inspector, name="inspector"),
    path("auth", authorize, name="auth"),
    path("event", routing.event, name="inspector_event"),
    path("live", live, name="live"),
    path("user-auth", sign_in, name="user-auth"),
    path("webhooks/", webhooks, name="webhooks"),
]
