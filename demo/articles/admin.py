from __future__ import annotations

from typing import Any

from django.contrib import admin

from .models import Article, Dispatch, Written


class WrittenAdmin(admin.ModelAdmin):
    """Django's admin, which needs to know nothing: this only lets the live desk say that it was the admin."""

    def save_model(self, request: Any, obj: Written, form: Any, change: bool) -> None:
        obj.way = Written.Way.ADMIN
        super().save_model(request, obj, form, change)


@admin.register(Article)
class ArticleAdmin(WrittenAdmin):
    list_display = ["title", "section", "author"]
    list_filter = ["section"]


@admin.register(Dispatch)
class DispatchAdmin(admin.ModelAdmin):
    list_display = ["text", "author", "sent_at"]
