"""The endpoint where a browser asks which channels it may join: one channel, or up to a hundred.

One, as pusher-js and Laravel Echo ask, by a form or JSON: ``socket_id`` and ``channel_name``, perhaps
``grant`` → ``{"auth": …, "channel_data"?: …, "shared_secret"?: …}``, or 403 ``{"error": …}``.

Many, by JSON: ``{"socket_id": …, "channels": [{"name": …, "grant"?: …}, …]}`` →
``{"channels": {NAME: {"auth": …, "channel_data"?: …, "shared_secret"?: …} | {"error": …, "status": …}}}``.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, JsonResponse

from onair import conf, encryption
from onair.authorization.decide import Refused, authorize_channel
from onair.protocol.names import kind_of
from onair.protocol.signing import sign_channel
from onair.views.asking import BadAsking, Fields, endpoint, error_of

#: Channels that one request may ask for.
MAX_CHANNELS = 100

HOW_TO_ASK = (
    "POST socket_id and channel_name as a form, or "
    'the JSON {"socket_id": "1.2", "channels": [{"name": "private-…"}]}.'
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One channel that a browser wants to join."""

    name: str
    grant: str | None = None


@endpoint(HOW_TO_ASK)
def authorize(request: HttpRequest, fields: Fields) -> JsonResponse:
    """Answer which of the channels the user of this request may join, with a signature for each."""
    content, status = answer_of(request, fields)
    return JsonResponse(content, status=status)


def answer_of(request: HttpRequest, fields: Fields) -> tuple[dict[str, Any], int]:
    """Return the content of the answer, and its status.

    Raises:
        BadAsking: the fields do not ask for channels.
    """
    socket_id = fields.socket_id()
    if "channels" in fields.values:
        many = _read_channels(fields.values["channels"])
        return {"channels": {one.name: _answer(request, socket_id, one) for one in many}}, 200
    answer = _answer(request, socket_id, _read_channel(fields, "channel_name"))
    status: int = answer.pop("status", 200)
    return answer, status


def _answer(request: HttpRequest, socket_id: str, wanted: Wanted) -> dict[str, Any]:
    name = wanted.name
    decision = authorize_channel(request, name, wanted.grant)
    if isinstance(decision, Refused):
        return {"error": error_of(decision, f"You may not join {name}."), "status": decision.status}
    credential = conf.app().credentials[0]
    answer = {"auth": sign_channel(credential, socket_id, name, decision.channel_data)}
    if decision.channel_data is not None:
        answer["channel_data"] = decision.channel_data
    if kind_of(name).encrypted:
        answer["shared_secret"] = b64encode(encryption.shared_secret(name)).decode()
    return answer


def _read_channels(given: Any) -> tuple[Wanted, ...]:
    if not isinstance(given, list) or not all(isinstance(values, dict) for values in given):
        raise BadAsking(f'"channels" is not a list of objects. {HOW_TO_ASK}')
    if len(given) > MAX_CHANNELS:
        raise BadAsking(f"{len(given)} channels are asked for at once: ask for {MAX_CHANNELS} at most.")
    return tuple(_read_channel(Fields(values, HOW_TO_ASK), "name") for values in given)


def _read_channel(fields: Fields, name: str) -> Wanted:
    return Wanted(fields.text(name), fields.optional_text("grant"))
