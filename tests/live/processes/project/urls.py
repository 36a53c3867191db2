"""The site's pages, and what a test has one of its processes do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required, permission_required
from django.contrib.auth.models import Permission, User
from django.contrib.staticfiles.views import serve
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from notes.models import Note, Sighting

import onair
from onair.live import live_view

HEAD = "{% load onair %}<!doctype html><html><head><title>Notes</title>{% onair_script %}</head>"
NOTES = HEAD + (
    "<body><ul id=notes>{% live notes as note %}<li>{{ note.text }}</li>{% endlive %}</ul>"
    "<ul id=seen>{% live seen as one %}<li>{{ one.text }}</li>{% endlive %}</ul>"
    '<p id=topic>{% live on="weather" %}{{ weather }}{% endlive %}</p></body></html>'
)
PEOPLE = HEAD + (
    "<body><p id=people>{% presence note as people include_self=True %}"
    "{% for one in people %}<b>{{ one.user.username }}</b>{% endfor %}{% endpresence %}</p></body></html>"
)

#: How often this process has rendered the page of the notes.
renderings = 0


def show(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(template).render(context, request))


def weather_of() -> str:
    file = settings.BASE_DIR / "weather"
    return file.read_text() if file.exists() else "unknown"


def show_notes(request: HttpRequest) -> HttpResponse:
    global renderings
    renderings += 1
    rows = Note.objects.order_by("id"), Sighting.objects.order_by("id")
    return show(request, NOTES, notes=rows[0], seen=rows[1], weather=weather_of)


everybody = live_view(show_notes)
some = live_view(permission_required("notes.view_note", raise_exception=True)(show_notes))
members = live_view(login_required(show_notes))


@live_view
@login_required
def people(request: HttpRequest) -> HttpResponse:
    return show(request, PEOPLE, note=Note.objects.get(text="The room"))


def doing(action: Callable[[HttpRequest, str], object]) -> Callable[[HttpRequest, str], HttpResponse]:
    """A view that does something in this process."""

    def view(request: HttpRequest, what: str) -> HttpResponse:
        return HttpResponse(str(action(request, what)))

    return view


def enter(request: HttpRequest, name: str) -> None:
    login(request, User.objects.get_or_create(username=name)[0])


def allow(request: HttpRequest, name: str) -> None:
    permission = Permission.objects.get(codename="view_note")
    User.objects.get_or_create(username=name)[0].user_permissions.add(permission)


def forbid(request: HttpRequest, name: str) -> None:
    User.objects.get(username=name).user_permissions.clear()


def edit(request: HttpRequest, text: str) -> None:
    note = Note.objects.order_by("?").first()
    if note is not None:
        Note.objects.filter(pk=note.pk).update(text=text)


def keep(request: HttpRequest, number: str) -> None:
    """Remove all notes but the last ones."""
    kept = Note.objects.order_by("-id").values_list("id", flat=True)[: int(number)]
    Note.objects.exclude(pk__in=list(kept)).delete()


ACTIONS: dict[str, Callable[[HttpRequest, str], object]] = {
    "enter": enter,
    "leave": lambda request, what: logout(request),
    "allow": allow,
    "forbid": forbid,
    "write": lambda request, text: Note.objects.create(text=text),
    "edit": edit,
    "keep": keep,
    "touch": lambda request, topic: onair.touch(topic),
    "revoke": lambda request, name: onair.revoke(User.objects.get(username=name)),
    "renderings": lambda request, what: renderings,
}

urlpatterns = [
    path("notes/", everybody),
    path("some/", some),
    path("members/", members),
    path("people/", people),
    path("onair/", include("onair.urls")),
    path("favicon.ico", lambda request: HttpResponse(status=204)),
    path("static/<path:path>", serve, {"insecure": True}),
    *(path(f"{name}/<what>/", doing(action)) for name, action in ACTIONS.items()),
]
