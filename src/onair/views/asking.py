"""What the endpoints share that a page's scripts ask: who may ask, in which form, and how a refusal reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, JsonResponse, UnreadablePostError
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt

from onair.authorization.decide import Refused
from onair.protocol.errors import BadSocketId
from onair.protocol.names import check_socket_id
from onair.views import origin


class BadAsking(Exception):
    """A request that the endpoint cannot answer; its text says what to send."""


@dataclass(frozen=True, slots=True)
class Fields:
    """What a request asks, as a form or as JSON. ``how_to_ask`` is the remedy for what is missing."""

    values: dict[str, Any]
    how_to_ask: str

    def text(self, name: str) -> str:
        """Return a field that must be there."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value:
            raise BadAsking(f"{name} is missing, or is not a text. {self.how_to_ask}")
        return value

    def optional_text(self, name: str) -> str | None:
        """Return a field that may be missing or empty."""
        return self.text(name) if self.values.get(name) else None

    def socket_id(self) -> str:
        """Return the socket that asks."""
        socket_id = self.text("socket_id")
        try:
            check_socket_id(socket_id)
        except BadSocketId as error:
            raise BadAsking(f"{error.message}.") from None
        return socket_id


View = Callable[[HttpRequest], JsonResponse]
Answer = Callable[[HttpRequest, Fields], JsonResponse]


def endpoint(how_to_ask: str) -> Callable[[Answer], View]:
    """Make a view of a function that answers what the site's own pages ask by POST.

    The function may raise BadAsking.
    """

    def decorate(answer: Answer) -> View:
        # The view checks the origin itself, since a trusted one needs no token; a redirect to a login page
        # would say nothing to a script; and nothing that one rule does to the database shall reach the next.
        @csrf_exempt
        @login_not_required
        @transaction.non_atomic_requests
        @cache_control(no_store=True)
        @wraps(answer)
        def view(request: HttpRequest) -> JsonResponse:
            if request.method != "POST":
                return JsonResponse({"error": how_to_ask}, status=405, headers={"Allow": "POST"})
            if refused := origin.refusal(request):
                return JsonResponse({"error": refused}, status=403)
            try:
                return answer(request, _read(request, how_to_ask))
            except BadAsking as error:
                return JsonResponse({"error": str(error)}, status=400)

        return view

    return decorate


def error_of(refused: Refused, plain: str) -> str:
    """Return what the browser is told: a site's rules are shown to its developer alone."""
    if settings.DEBUG or refused.status != 403:
        return f"{refused.reason} {refused.remedy}"
    return plain


def _read(request: HttpRequest, how_to_ask: str) -> Fields:
    try:
        if request.content_type == "application/json":
            return Fields(_read_json(request.body, how_to_ask), how_to_ask)
        return Fields(request.POST.dict(), how_to_ask)
    except UnreadablePostError:
        raise BadAsking("The request was cut short: send it again.") from None


def _read_json(body: bytes, how_to_ask: str) -> dict[str, Any]:
    try:
        values = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadAsking(f"The body is not JSON ({error}). {how_to_ask}") from None
    if not isinstance(values, dict):
        raise BadAsking(f"The body is not a JSON object. {how_to_ask}")
    return values
