from __future__ import annotations

from django.contrib import admin

from articles.admin import WrittenAdmin

from .models import Ferry


@admin.register(Ferry)
class FerryAdmin(WrittenAdmin):
    list_display = ["name", "line", "status"]
