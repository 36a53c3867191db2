from __future__ import annotations

from django.contrib.auth.views import LoginView
from django.urls import path
from tasks.views import TaskList

urlpatterns = [
    path("", TaskList.as_view(), name="tasks"),
    path("login/", LoginView.as_view(), name="login"),
]
