"""Who may join which channel. The file is found by its name, like ``admin.py``.

The private channels of the articles need no rule: a page that shows an article lets its reader follow it.
"""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest

import onair

from .models import Article


@onair.authorize("presence-article-{pk}-editors")
def editors(request: HttpRequest, pk: str) -> bool | dict[str, str]:
    """Let every signed-in journalist join the editors of an article.

    The dictionary is what the other editors get to know about this one.
    """
    if not request.user.is_authenticated:
        return False
    if not pk.isdecimal() or not Article.objects.filter(pk=pk).exists():
        return False
    return {"name": request.user.get_full_name(), "username": request.user.get_username()}


@onair.authorize("private-wire")
def wire(request: HttpRequest) -> bool:
    """Let every signed-in journalist read the wire."""
    return request.user.is_authenticated


@onair.watchlist
def colleagues(request: HttpRequest) -> QuerySet:
    """Tell a journalist who of the others is there."""
    return get_user_model().objects.exclude(pk=request.user.pk)
