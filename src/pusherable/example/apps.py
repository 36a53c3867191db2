from __future__ import annotations

from django.apps import AppConfig


class ExampleConfig(AppConfig):
    name = "pusherable.example"
    label = "example"
    default_auto_field = "django.db.models.AutoField"
