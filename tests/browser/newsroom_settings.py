"""The demo's settings, with the content security policy of Django 6 where Django has none yet."""

from __future__ import annotations

from collections.abc import Callable

import django
from django.http import HttpRequest, HttpResponse
from newsroom.settings import *  # type: ignore[import-not-found]  # noqa: F403

STRICT_POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'"


def policy_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Content-Security-Policy"] = STRICT_POLICY
        return response

    return respond


if django.VERSION < (6, 0):
    MIDDLEWARE.append(f"{__name__}.policy_middleware")  # noqa: F405
