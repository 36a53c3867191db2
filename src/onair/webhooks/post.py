"""What is posted to a webhook: the body, and the headers that prove who sent it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onair.protocol.app import Credential
from onair.protocol.signing import sign_webhook

# Pusher's Node library compares it as it stands, without a charset.
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Post:
    """One request, byte for byte: a retry sends the same."""

    body: bytes
    headers: Mapping[str, str]


def make_post(credential: Credential, events: Sequence[bytes], *, time_ms: int) -> Post:
    """Make the request that carries these events.

    Args:
        credential: The app's current one.
        events: Each a JSON object.
        time_ms: When it is made, since receivers refuse one that is older than five minutes.
    """
    body = b'{"time_ms":%d,"events":[%s]}' % (time_ms, b",".join(events))
    return Post(
        body,
        {
            "Content-Type": _JSON,
            "User-Agent": "django-onair",
            "X-Pusher-Key": credential.key,
            "X-Pusher-Signature": sign_webhook(credential.secret, body),
        },
    )
