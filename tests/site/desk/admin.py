from __future__ import annotations

from django.contrib import admin

from tests.site.desk.models import Story

admin.site.register(Story)
