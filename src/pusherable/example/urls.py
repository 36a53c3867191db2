from __future__ import annotations

from django.urls import path

from pusherable.example.views import PusherableExampleDetail

urlpatterns = [
    path("<int:pk>/", PusherableExampleDetail.as_view(), name="example"),
]
