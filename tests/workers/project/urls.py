from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from jobs.work import publish_at_the_end

import onair


def publish(request: HttpRequest, name: str) -> HttpResponse:
    onair.publish("news", name)
    return HttpResponse(name)


def leave(request: HttpRequest, name: str) -> HttpResponse:
    publish_at_the_end(name)
    return HttpResponse(name)


urlpatterns = [path("publish/<name>", publish), path("leave/<name>", leave)]
