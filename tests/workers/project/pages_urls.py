"""A site with a live page, whose process may be another than that of the sockets."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.backends.django import DjangoTemplates
from django.urls import include, path
from jobs.models import Note
from urls import urlpatterns as other_patterns

from onair.live import live_view

PAGE = """{% load onair %}<!doctype html><html><head>{% onair_script %}</head>
<body><ul>{% live notes as note %}<li>{{ note.text }}</li>{% endlive %}</ul></body></html>"""

templates = DjangoTemplates({"NAME": "pages", "DIRS": [], "APP_DIRS": True, "OPTIONS": {}})


@live_view
def notes(request: HttpRequest) -> HttpResponse:
    if Note.objects.filter(text="nobody may see this").exists():
        return HttpResponse("No.", status=403)
    return HttpResponse(templates.from_string(PAGE).render({"notes": Note.objects.order_by("id")}, request))


@live_view
async def anotes(request: HttpRequest) -> HttpResponse:
    rows = [note async for note in Note.objects.order_by("id")]
    page = PAGE.replace("{% live notes as note %}", "{% live %}{% for note in notes %}")
    page = page.replace("{% endlive %}", "{% endfor %}{% endlive %}")
    return HttpResponse(templates.from_string(page).render({"notes": rows}, request))


urlpatterns = [
    *other_patterns,
    path("notes/", notes),
    path("anotes/", anotes),
    path("onair/", include("onair.urls")),
]
