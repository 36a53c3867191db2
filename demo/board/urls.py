from __future__ import annotations

from django.urls import path

from . import views

app_name = "board"

urlpatterns = [
    path("", views.BoardView.as_view(), {"pk": 1}, name="board"),
    path("crowd/", views.CrowdView.as_view(), name="crowd"),
]
