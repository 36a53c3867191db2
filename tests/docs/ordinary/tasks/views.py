from __future__ import annotations

from django.views.generic import ListView

from tasks.models import Task


class TaskList(ListView):
    model = Task
    ordering = ("-pk",)
