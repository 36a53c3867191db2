"""The live pages beside the plain ones, and what the benchmark asks of a site that it is no part of."""

from __future__ import annotations

import time
from itertools import count

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, JsonResponse
from django.urls import include, path

from benchmarks.live import pages, site
from benchmarks.live.models import Ticket
from onair.live import RTMixin, RTView
from onair.live.rendering import process

_changes = count(1)


class ListView(RTMixin, pages.PlainView):
    template_name = "live.html"


class MembersView(LoginRequiredMixin, ListView):
    """The same for who has logged in."""


class WholeView(RTView, pages.PlainView):
    """The plain template, live as a whole."""


def log_in(request: HttpRequest, viewers: int) -> JsonResponse:
    """So many users log in; the answer has the keys of their sessions."""
    return JsonResponse({"sessions": site.log_in(viewers)})


def change(request: HttpRequest) -> JsonResponse:
    """Save a ticket; the answer has the moment before, by the machine's steady clock."""
    number = next(_changes)
    ticket = Ticket.objects.order_by("pk")[number % site.ROWS]
    ticket.title = f"Changed at {time.time()}"
    began = time.monotonic()
    ticket.save(update_fields=["title"])
    return JsonResponse({"began": began})


def renderings(request: HttpRequest) -> JsonResponse:
    """How many pages were rendered again."""
    engine = process.find()
    return JsonResponse({"renderings": 0 if engine is None else engine.renderings})


urlpatterns = [
    *pages.urlpatterns,
    path("onair/", include("onair.urls")),
    path("live/", ListView.as_view()),
    path("live/whole/", WholeView.as_view()),
    path("live/members/", MembersView.as_view()),
    path("benchmark/log-in/<int:viewers>/", log_in),
    path("benchmark/change/", change),
    path("benchmark/renderings/", renderings),
]
