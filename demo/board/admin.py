from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .models import Board, Bulletin, Column, Ticket

admin.site.register([Board, Bulletin])


@admin.register(Column)
class ColumnAdmin(admin.ModelAdmin):
    list_display = ["name", "board", "is_restricted"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).visible_to(request.user)


@admin.register(Ticket)
class TicketAdmin(admin.ModelAdmin):
    list_display = ["title", "column", "assignee"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).visible_to(request.user)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "column":
            kwargs["queryset"] = Column.objects.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
