from __future__ import annotations

from django.db import models

import onair
from articles.models import Written


@onair.broadcasts(serializer="harbour.serializers.FerrySerializer")
class Ferry(Written):
    """A ferry, and what the harbour office says of it.

    The setting ``TRIGGERS`` names it, so that what other programs write to its table is seen as well.
    """

    name = models.CharField(max_length=40)
    line = models.CharField(max_length=60)
    status = models.CharField(max_length=140)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "ferries"

    def __str__(self) -> str:
        return self.name
