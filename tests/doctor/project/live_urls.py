"""A URLconf with a live page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from onair.live import live_view


@live_view
def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<p>Live</p>")


urlpatterns = [path("", page), path("onair/", include("onair.urls"))]
