"""The view that takes webhooks, from hosted Pusher or from a server of our own, and sends their signals.

It answers 200 when every receiver has taken every event. When one of them fails, it answers 500, and the
sender posts the same again for five minutes: a receiver may get an event twice.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, JsonResponse, UnreadablePostError
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt

from onair import conf, signals
from onair.protocol.errors import InvalidRequestSignature
from onair.protocol.notices import NOTICE_NAMES, Notice
from onair.protocol.signing import verify_webhook

#: Seconds that a webhook may be old, or from the future: who overheard one cannot send it again next week.
#: Senders give up before.
TOLERANCE = 300


class BadWebhook(Exception):
    """A body that our secret has signed, and that is no webhook nevertheless."""


class Body(msgspec.Struct):
    """The body of a webhook; each event is a notice, or of a kind that we do not know."""

    time_ms: int
    events: list[dict[str, Any]]


# The signature says who sends it: no cookie, no session, no login. A receiver that fails shall not take back
# what the others have written.
@csrf_exempt
@login_not_required
@transaction.non_atomic_requests
@cache_control(no_store=True)
def webhooks(request: HttpRequest) -> JsonResponse:
    """Send the signals of a webhook."""
    if request.method != "POST":
        return _refusal(405, "Webhooks are posted.", Allow="POST")
    try:
        app = conf.app()
        verify_webhook(
            app,
            request.headers.get("X-Pusher-Key", ""),
            request.headers.get("X-Pusher-Signature", ""),
            request.body,
        )
        noticed, notices = _read(request.body)
    except InvalidRequestSignature as error:
        return _refusal(401, error.message)
    except (BadWebhook, UnreadablePostError) as error:
        return _refusal(400, str(error))
    taken = [signals.send(notice, app_id=app.id, time=noticed) for notice in notices]
    if not all(taken):
        return _refusal(500, "A receiver of the signals failed. The site's log has the error.")
    return JsonResponse({})


def _read(body: bytes) -> tuple[datetime, list[Notice]]:
    try:
        read = msgspec.json.decode(body, type=Body)
        notices = [
            msgspec.convert(event, Notice) for event in read.events if str(event.get("name")) in NOTICE_NAMES
        ]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadWebhook(f"The body is no webhook: {error}") from None
    seconds = read.time_ms / 1000
    if abs(time.time() - seconds) > TOLERANCE:
        raise BadWebhook(
            f"time_ms {read.time_ms} is not within {TOLERANCE} s of this server's time: "
            "set the clock of the one that is wrong"
        )
    return datetime.fromtimestamp(seconds, UTC), notices


def _refusal(status: int, reason: str, **headers: str) -> JsonResponse:
    return JsonResponse({"error": reason}, status=status, headers=headers)
