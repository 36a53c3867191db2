from __future__ import annotations

from django.contrib import admin

from tests.site.desk.models import Story


@admin.register(Story)
class StoryAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not at run time
    fields = ("title", "views")
