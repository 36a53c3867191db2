"""Who posts a webhook: the service that knows the app's secret, and has signed the body as it was sent."""

from __future__ import annotations

import json
import time

from django.http import RawPostDataException, UnreadablePostError
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from onair import conf
from onair.exceptions import ConfigurationError
from onair.protocol.errors import InvalidRequestSignature
from onair.protocol.signing import verify_webhook
from onair.publishing import failures
from onair.rest.providers import PusherProvider
from onair.views.webhooks import TOLERANCE

#: What a body raises that is cut short, was read before, is wrongly signed, or is no webhook.
_UNREADABLE = (
    UnreadablePostError,
    RawPostDataException,
    InvalidRequestSignature,
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
)


class PusherWebhookAuthentication(BaseAuthentication):  # type: ignore[misc] # DRF has no types
    """Lets a webhook in that is signed with the app's secret. It is nobody's: ``request.user`` is None."""

    def authenticate(self, request: Request) -> tuple[None, None]:
        key = request.META.get("HTTP_X_PUSHER_KEY")
        signature = request.META.get("HTTP_X_PUSHER_SIGNATURE")
        if not key or not signature:
            raise AuthenticationFailed("X-Pusher-Key or X-Pusher-Signature is missing.")
        try:
            body = request.body
            is_valid = _is_valid(key, signature, body)
        except ConfigurationError as error:
            failures.report("webhook", f"A webhook was refused: {error}")
            is_valid = False
        except _UNREADABLE:
            is_valid = False
        if not is_valid:
            raise AuthenticationFailed(
                "X-Pusher-Signature is not the HMAC SHA256 hex digest of the body as it was sent, by the "
                "secret of X-Pusher-Key; or the webhook is more than five minutes old."
            )
        return None, None


def _is_valid(key: str, signature: str, body: bytes) -> bool:
    """Whether the signature is right: hosted Pusher's library says so itself."""
    if isinstance(conf.target(), conf.HostedPusher):
        validate = PusherProvider().client.validate_webhook
        return validate(key=key, signature=signature, body=body.decode()) is not None
    verify_webhook(conf.app(), key, signature, body)
    return abs(time.time() - int(json.loads(body)["time_ms"]) / 1000) <= TOLERANCE
