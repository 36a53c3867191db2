#!/usr/bin/env python
"""A site of empty pages, each with one client on it and nothing else.

``plain_site.py runserver PORT`` is live. ``plain_site.py deaf PORT`` serves the same pages, with nobody to
answer a socket.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from wsgiref.simple_server import make_server

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse

settings.configure(
    BASE_DIR=Path(__file__).resolve().parent,
    SECRET_KEY="a secret that only the browsers' tests know",
    DEBUG=True,
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    STATIC_URL="static/",
    USE_TZ=True,
    ONAIR={"CLIENT_EVENTS": True},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.staticfiles",
        "onair",
        "pusherable",
    ],
    MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware", f"{__name__}.BelieveTheCookie"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
)
django.setup()

from django.contrib.auth.middleware import AuthenticationMiddleware  # noqa: E402
from django.contrib.auth.models import AnonymousUser, User  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402

import onair  # noqa: E402
from onair.authorization import grants  # noqa: E402

PAGE = """{% load onair pusherable_tags %}<!doctype html>
<html lang="en">
<head><title>A plain page</title><link rel="icon" href="data:,">TAGS</head>
<body data-grant="{{ grant }}"></body>
</html>"""

#: A tag that subscribes makes the page's connection of pusher-js, which onair.js uses then.
OVER_PUSHER_JS = "{% pusherable_script %}{% onair_script %}{% pusherable_subscribe 'news' someone %}"


@onair.authorize("private-lobby-{number}")
def lobby(request: HttpRequest, number: str) -> bool:
    return number != "13"


@onair.authorize("private-encrypted-lobby-{number}")
def sealed_lobby(request: HttpRequest, number: str) -> bool:
    return True


@onair.authorize("presence-lobby-{number}")
def members(request: HttpRequest, number: str) -> dict[str, str]:
    return {"name": request.user.get_username()}


@onair.watchlist
def colleagues(request: HttpRequest) -> list[User]:
    return [user_called(name) for name in ("anna", "ben") if name != request.user.get_username()]


def user_called(name: str) -> User:
    return User(pk=ord(name[0]), username=name)


View = Callable[..., HttpResponse]


class BelieveTheCookie(AuthenticationMiddleware):
    """The visitor is who the cookie ``name`` says, so that there is no need of a database."""

    def process_request(self, request: HttpRequest) -> None:
        name = request.COOKIES.get("name")
        request.user = user_called(name) if name else AnonymousUser()


def page(tags: str) -> View:
    def view(request: HttpRequest) -> HttpResponse:
        template = engines["django"].from_string(PAGE.replace("TAGS", tags))
        grant = grants.grant("private-granted", AnonymousUser())
        return HttpResponse(template.render({"grant": grant, "someone": User(pk=1)}, request))

    return view


@csrf_exempt
def publish(request: HttpRequest, channel: str, event: str) -> HttpResponse:
    """Publish the body of the request."""
    onair.publish(channel, event, json.loads(request.body), exclude=request)
    return HttpResponse(status=204)


urlpatterns = [
    path("onair-js/", page("{% onair_script %}")),
    path("pusher-js/", page("{% pusherable_script %}")),
    path("onair-js-over-pusher-js/", page(OVER_PUSHER_JS)),
    path(
        "encrypted/", page(OVER_PUSHER_JS.replace("pusherable_script", "pusherable_script encryption=True"))
    ),
    path("publish/<str:channel>/<str:event>/", publish),
    path("onair/", include("onair.urls")),
]


def serve_deaf(port: int) -> None:
    """Serve the pages as a plain WSGI server does: nobody answers a socket."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.wsgi import get_wsgi_application

    with suppress(KeyboardInterrupt):
        make_server("127.0.0.1", port, StaticFilesHandler(get_wsgi_application())).serve_forever()


if __name__ == "__main__":
    if sys.argv[1] == "deaf":
        serve_deaf(int(sys.argv[2]))
    else:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
