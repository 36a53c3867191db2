"""A site that has live pages: it writes down what their process hears."""

from __future__ import annotations

import sys
import threading
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from jobs.models import Note
from urls import urlpatterns as other_patterns

from onair.changes import interest
from onair.changes.change import Commit
from onair.live import capture
from onair.live.signals import revoked, touched

heard: list[Any] = []


def changed(commit: Commit) -> None:
    for row in commit.rows:
        if row.model is Note:
            where = threading.current_thread().name
            heard.append([row.kind.value, row.values.get("text"), commit.silent, where])
            sys.stdout.write(" ".join(map(str, ("heard", *heard[-1]))) + "\n")


def was_touched(topic: str, **kwargs: Any) -> None:
    heard.append(["touched", topic])


def was_revoked(user_pk: str, **kwargs: Any) -> None:
    heard.append(["revoked", user_pk])


def show(request: HttpRequest) -> JsonResponse:
    return JsonResponse(heard, safe=False)


def write(request: HttpRequest, text: str) -> HttpResponse:
    Note.objects.create(text=text)
    return HttpResponse(text)


interest.listen(changed)
touched.connect(was_touched)
revoked.connect(was_revoked)
capture.begin()
urlpatterns = [*other_patterns, path("heard", show), path("write/<text>", write)]
