"""Live pages to explain, beside those of the site."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import include, path

from onair.live import live_view
from tests.site.board.models import Ticket

BODY = """{% load onair %}<html><body><nav>{{ request.user.username }}</nav>
{% live throttle=0.5 every=30 on="weather" announce="{n} new" %}
<p>{{ request.user.username }}</p><script>{{ tickets.count }}</script>
{% endlive %}
{% live %}{% for t in odd %}<i>{{ t.title }}</i>{% endfor %}{% endlive %}
</body></html>"""


@live_view
def personal(request: HttpRequest) -> HttpResponse:
    template: Any = engines["django"].from_string(BODY)
    odd = Ticket.objects.extra(where=["title <> 'secret'"])
    return TemplateResponse(request, template, {"tickets": Ticket.objects.all(), "odd": odd})


@live_view
def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<p>Nothing is live.</p>")


def failing(request: HttpRequest) -> HttpResponse:
    raise ValueError("of all things")


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<p>plain</p>")


urlpatterns = [
    path("", include("tests.site.board.urls")),
    path("personal/", personal),
    path("nothing/", nothing),
    path("failing/", failing),
    path("plain/", plain),
]
