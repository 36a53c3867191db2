"""Three tables of one shape. What is done with each is all that they differ in."""

from __future__ import annotations

from django.db import models

import onair


class Article(models.Model):
    headline = models.CharField(max_length=200)
    slug = models.SlugField()
    body = models.TextField()
    words = models.IntegerField()
    published = models.BooleanField()
    author_id = models.BigIntegerField()
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.headline


class Plain(Article):
    """Nobody wants to know of it."""


class Watched(Article):
    """Its writes are captured, for a listener that does nothing."""


class Broadcast(Article):
    """Its writes are announced, as soon as :func:`announce` is called."""


def announce() -> None:
    """Not before the others are measured: then another listener gets their commits."""
    onair.broadcasts(Broadcast)
