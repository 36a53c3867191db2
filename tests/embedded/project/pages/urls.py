from __future__ import annotations

from django.urls import path, re_path

from pages import views

urlpatterns = [
    path("publish", views.publish),
    path("fork", views.publish_in_a_fork),
    path("told", views.told),
    re_path("", views.page),
]
