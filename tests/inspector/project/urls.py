from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

import onair


def everybody(request: HttpRequest) -> bool:
    return True


def publish(request: HttpRequest, channel: str, name: str) -> HttpResponse:
    onair.publish(channel, name, {"from": "a page"})
    return HttpResponse(name)


urlpatterns = [path("onair/", include("onair.urls")), path("publish/<channel>/<name>", publish)]
