"""The endpoint where a browser asks to sign its connection in as the user who has logged in.

As pusher-js and Laravel Echo ask, by a form or JSON: ``socket_id`` → ``{"auth": …, "user_data": …}``, or 403
``{"error": …}`` where nobody has.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse

from onair import conf
from onair.authorization.decide import Refused
from onair.authorization.sign_in import user_data_of
from onair.protocol.signing import sign_user
from onair.views.asking import Fields, endpoint, error_of

HOW_TO_ASK = 'POST socket_id as a form, or the JSON {"socket_id": "1.2"}.'


@endpoint(HOW_TO_ASK)
def sign_in(request: HttpRequest, fields: Fields) -> JsonResponse:
    """Answer who the user of this request is, signed for the connection that asks."""
    content, status = answer_of(request, fields)
    return JsonResponse(content, status=status)


def answer_of(request: HttpRequest, fields: Fields) -> tuple[dict[str, Any], int]:
    """Return the content of the answer, and its status.

    Raises:
        BadAsking: the fields name no socket.
    """
    socket_id = fields.socket_id()
    user_data = user_data_of(request)
    if isinstance(user_data, Refused):
        return {"error": error_of(user_data, "You may not sign in.")}, user_data.status
    auth = sign_user(conf.app().credentials[0], socket_id, user_data)
    return {"auth": auth, "user_data": user_data}, 200
