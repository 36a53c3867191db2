from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

import onair


class Tag(models.Model):
    name = models.CharField(max_length=30, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Written(models.Model):
    """What the live desk follows: it has tags, and says in which way it was last written."""

    class Way(models.TextChoices):
        SAVE = "save"
        UPDATE = "update"
        BULK_CREATE = "bulk_create"
        ADMIN = "admin"
        M2M = "m2m"
        RAW = "raw"
        PROCESS = "process"
        ROLLBACK = "rollback"
        API = "api"

    tags = models.ManyToManyField(Tag, blank=True)
    way = models.CharField(max_length=12, blank=True, editable=False)

    class Meta:
        abstract = True


@onair.broadcasts(serializer="articles.serializers.HeadlineSerializer")
class Article(Written):
    """An ordinary model. The line above announces every write to it, whoever makes it."""

    section = models.CharField(max_length=40)
    title = models.CharField("headline", max_length=140)
    standfirst = models.TextField(help_text="One or two sentences below the headline.")
    body = models.TextField(help_text="An empty line begins a new paragraph.")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("articles:detail", args=[self.pk])


class Dispatch(models.Model):
    """A line on the agency wire."""

    text = models.CharField("dispatch", max_length=200)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "dispatches"

    def __str__(self) -> str:
        return self.text

    def as_event(self) -> dict[str, object]:
        """Return what a page needs to show it."""
        return {
            "id": self.pk,
            "text": self.text,
            "author": self.author.get_full_name(),
            "sent_at": self.sent_at.isoformat(),
        }
