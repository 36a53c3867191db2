"""The endpoint where a browser asks which channels it may join: one channel, or up to a hundred.

One, as pusher-js and Laravel Echo ask, by a form or JSON: ``socket_id`` and ``channel_name``, perhaps
``grant`` → ``{"auth": …, "channel_data"?: …}``, or 403 ``{"error": …}``.

Many, by JSON: ``{"socket_id": …, "channels": [{"name": …, "grant"?: …}, …]}`` →
``{"channels": {NAME: {"auth": …, "channel_data"?: …} | {"error": …, "status": …}}}``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, JsonResponse, UnreadablePostError
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt

from onair import conf
from onair.authorization.decide import Refused, authorize_channel
from onair.protocol.errors import BadSocketId
from onair.protocol.names import check_socket_id
from onair.protocol.signing import sign_channel
from onair.views import origin

#: Channels that one request may ask for.
MAX_CHANNELS = 100

_HOW_TO_ASK = (
    "POST socket_id and channel_name as a form, or "
    'the JSON {"socket_id": "1.2", "channels": [{"name": "private-…"}]}.'
)


class BadAsking(Exception):
    """A request that the endpoint cannot answer; its text says what to send."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One channel that a browser wants to join."""

    name: str
    grant: str | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """What a request asks: channels for one socket. ``single`` is the form of pusher-js and Echo."""

    socket_id: str
    channels: tuple[Wanted, ...]
    single: bool


# The view checks the origin itself, since a trusted one needs no token; a redirect to a login page would say
# nothing to a script; and nothing that one rule does to the database shall reach the next channel's.
@csrf_exempt
@login_not_required
@transaction.non_atomic_requests
@cache_control(no_store=True)
def authorize(request: HttpRequest) -> JsonResponse:
    """Answer which of the channels the user of this request may join, with a signature for each."""
    if request.method != "POST":
        return JsonResponse({"error": _HOW_TO_ASK}, status=405, headers={"Allow": "POST"})
    if refused := origin.refusal(request):
        return JsonResponse({"error": refused}, status=403)
    try:
        asking = _read(request)
    except BadAsking as error:
        return JsonResponse({"error": str(error)}, status=400)
    answers = {wanted.name: _answer(request, asking.socket_id, wanted) for wanted in asking.channels}
    if not asking.single:
        return JsonResponse({"channels": answers})
    (answer,) = answers.values()
    return JsonResponse(answer, status=answer.pop("status", 200))


def _answer(request: HttpRequest, socket_id: str, wanted: Wanted) -> dict[str, Any]:
    decision = authorize_channel(request, wanted.name, wanted.grant)
    if isinstance(decision, Refused):
        return {"error": _error(wanted.name, decision), "status": decision.status}
    credential = conf.app().credentials[0]
    answer = {"auth": sign_channel(credential, socket_id, wanted.name, decision.channel_data)}
    return answer if decision.channel_data is None else answer | {"channel_data": decision.channel_data}


def _error(name: str, refused: Refused) -> str:
    """Return what the browser is told: a site's rules are shown to its developer alone."""
    if settings.DEBUG or refused.status != 403:
        return f"{refused.reason} {refused.remedy}"
    return f"You may not join {name}."


def _read(request: HttpRequest) -> Asking:
    try:
        fields = _read_json(request) if request.content_type == "application/json" else request.POST.dict()
    except UnreadablePostError:
        raise BadAsking("The request was cut short: send it again.") from None
    socket_id = _text(fields, "socket_id")
    try:
        check_socket_id(socket_id)
    except BadSocketId as error:
        raise BadAsking(f"{error.message}.") from None
    if "channels" in fields:
        return Asking(socket_id, _read_channels(fields["channels"]), single=False)
    return Asking(socket_id, (Wanted(_text(fields, "channel_name"), _grant(fields)),), single=True)


def _read_json(request: HttpRequest) -> dict[str, Any]:
    try:
        fields = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise BadAsking(f"The body is not JSON ({error}). {_HOW_TO_ASK}") from None
    if not isinstance(fields, dict):
        raise BadAsking(f"The body is not a JSON object. {_HOW_TO_ASK}")
    return fields


def _read_channels(given: Any) -> tuple[Wanted, ...]:
    if not isinstance(given, list) or not all(isinstance(fields, dict) for fields in given):
        raise BadAsking(f'"channels" is not a list of objects. {_HOW_TO_ASK}')
    if len(given) > MAX_CHANNELS:
        raise BadAsking(f"{len(given)} channels are asked for at once: ask for {MAX_CHANNELS} at most.")
    return tuple(Wanted(_text(fields, "name"), _grant(fields)) for fields in given)


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise BadAsking(f"{name} is missing, or is not a text. {_HOW_TO_ASK}")
    return value


def _grant(fields: dict[str, Any]) -> str | None:
    return _text(fields, "grant") if fields.get("grant") else None
