"""Every HMAC of the protocol: channels, users, the HTTP API and webhooks.

Signatures are compared in constant time. Any of an app's credentials is accepted; the key says which.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from operator import itemgetter

from onair.protocol.app import App, Credential
from onair.protocol.errors import (
    InvalidKey,
    InvalidRequestSignature,
    InvalidSignature,
    MissingAuth,
    shortened,
)
from onair.protocol.names import check_channel, check_socket_id

AUTH_VERSION = "1.0"

#: Seconds that a request's timestamp may differ from the server's time.
TIMESTAMP_TOLERANCE = 600


def _bytes(text: str) -> bytes:
    # A query string may hold lone surrogates; they sign to something that nobody else signs.
    return text.encode("utf-8", "surrogatepass")


def _hexdigest(secret: str, signed: bytes) -> str:
    return hmac.digest(_bytes(secret), signed, "sha256").hex()


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(_bytes(expected), _bytes(given))


def _channel_text(socket_id: str, channel: str, channel_data: str | None) -> str:
    return f"{socket_id}:{channel}:{channel_data}" if channel_data else f"{socket_id}:{channel}"


def _user_text(socket_id: str, user_data: str) -> str:
    return f"{socket_id}::user::{user_data}"


def _auth(credential: Credential, signed: str) -> str:
    return f"{credential.key}:{_hexdigest(credential.secret, _bytes(signed))}"


def _verify_auth(app: App, auth: str, signed: str) -> None:
    key, _, signature = auth.partition(":")
    credential = app.credential(key)
    if credential is None:
        raise InvalidKey(auth)
    if not _same(_hexdigest(credential.secret, _bytes(signed)), signature):
        raise InvalidSignature(signed, signature)


def sign_channel(
    credential: Credential, socket_id: str, channel: str, channel_data: str | None = None
) -> str:
    """``KEY:SIGNATURE``, which lets ``socket_id`` subscribe to ``channel``.

    ``channel_data`` is signed byte for byte: send the same string. Raises BadSocketId and BadChannel, since
    both come from a client, and a colon in them would sign for something else.
    """
    check_socket_id(socket_id)
    check_channel(channel)
    return _auth(credential, _channel_text(socket_id, channel, channel_data))


def verify_channel(
    app: App, auth: str | None, socket_id: str, channel: str, channel_data: str | None = None
) -> None:
    """Raise MissingAuth, InvalidKey or InvalidSignature unless ``auth`` is one of :func:`sign_channel`."""
    if not auth:
        raise MissingAuth(channel)
    _verify_auth(app, auth, _channel_text(socket_id, channel, channel_data))


def sign_user(credential: Credential, socket_id: str, user_data: str) -> str:
    """``KEY:SIGNATURE``, which signs ``socket_id`` in as the user of ``user_data``, a JSON object as text."""
    check_socket_id(socket_id)
    return _auth(credential, _user_text(socket_id, user_data))


def verify_user(app: App, auth: str, socket_id: str, user_data: str) -> None:
    """Raise InvalidKey or InvalidSignature unless ``auth`` is one of :func:`sign_user`."""
    _verify_auth(app, auth, _user_text(socket_id, user_data))


def _md5(body: bytes) -> str:
    # The protocol's checksum of the body; the signature over it is what protects.
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


def _request_text(method: str, path: str, params: Iterable[tuple[str, str]]) -> str:
    """What a request signs: its parameters in lower case, sorted by name, and not URL-escaped."""
    signed = [(name.lower(), value) for name, value in params if name != "auth_signature"]
    signed.sort(key=itemgetter(0))  # the values of one name stay in their order
    query = "&".join([f"{name}={value}" for name, value in signed])
    return f"{method.upper()}\n{path}\n{query}"


def signed_query(
    credential: Credential,
    method: str,
    path: str,
    body: bytes = b"",
    *,
    timestamp: int,
    params: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The query parameters of a signed request: ``params`` and what authenticates them.

    ``timestamp`` is in whole seconds since the epoch. ``path`` is as the server sees it, without the query.
    """
    query = {
        **(params or {}),
        "auth_key": credential.key,
        "auth_timestamp": str(timestamp),
        "auth_version": AUTH_VERSION,
    }
    if body:
        query["body_md5"] = _md5(body)
    signature = _hexdigest(credential.secret, _bytes(_request_text(method, path, query.items())))
    return query | {"auth_signature": signature}


def _check_timestamp(given: str, now: int) -> None:
    if not (given.isascii() and given.isdigit() and len(given) <= 20):
        raise InvalidRequestSignature(f"Invalid auth_timestamp {shortened(given)}: it is in whole seconds")
    if abs(int(given) - now) > TIMESTAMP_TOLERANCE:
        raise InvalidRequestSignature(
            f"Timestamp expired: auth_timestamp {given} is not within {TIMESTAMP_TOLERANCE} s of {now}, "
            "the server's; set the clock of the one that is wrong"
        )


def verify_request(
    app: App,
    method: str,
    path: str,
    params: Mapping[str, str],
    *,
    now: int,
    pairs: Iterable[tuple[str, str]] | None = None,
) -> Credential:
    """The credential that signed this request of the HTTP API, before its body has come.

    All of the received ``params`` are signed, known or not, and with them ``body_md5``: :func:`verify_body`
    compares it. ``now`` is in seconds since the epoch; ``pairs`` are the parameters in their order, where one
    of them is there several times. Raises InvalidRequestSignature, whose text shows what should have been
    signed.
    """
    key = params.get("auth_key", "")
    if not key:
        raise InvalidRequestSignature("Missing auth_key: sign the request with a key and secret of the app")
    credential = app.credential(key)
    if credential is None:
        raise InvalidRequestSignature(f"Invalid auth_key {shortened(key)}: it is not a key of app {app.id}")
    if params.get("auth_version") != AUTH_VERSION:
        raise InvalidRequestSignature(f"Invalid auth_version: it must be {AUTH_VERSION}")
    _check_timestamp(params.get("auth_timestamp", ""), now)
    signed = _request_text(method, path, params.items() if pairs is None else pairs)
    given = params.get("auth_signature", "")
    if not _same(_hexdigest(credential.secret, _bytes(signed)), given):
        shown = signed.replace("\n", "\\n")
        raise InvalidRequestSignature(
            f'Invalid signature: you should have sent HmacSHA256Hex("{shown}", your_secret_key), '
            f"but you sent {shortened(given)}"
        )
    return credential


def verify_body(params: Mapping[str, str], body: bytes) -> None:
    """Raise InvalidRequestSignature unless ``body`` is what the verified ``params`` were signed with.

    P 1.7: ``body_md5`` is required with a body; without one, some libraries send it all the same.
    """
    given = params.get("body_md5")
    if given is None and not body:
        return
    if given is None or not _same(_md5(body), given):
        raise InvalidRequestSignature(f"Invalid body_md5: the body's is {_md5(body)}, but you sent {given}")


def sign_webhook(secret: str, body: bytes) -> str:
    """The ``X-Pusher-Signature`` of a webhook."""
    return _hexdigest(secret, body)


def verify_webhook(app: App, key: str, signature: str, body: bytes) -> None:
    """Raise InvalidRequestSignature unless X-Pusher-Key and X-Pusher-Signature are right for ``body``."""
    credential = app.credential(key)
    if credential is None:
        raise InvalidRequestSignature(
            f"Invalid X-Pusher-Key {shortened(key)}: it is not a key of app {app.id}"
        )
    if not _same(sign_webhook(credential.secret, body), signature):
        raise InvalidRequestSignature(
            "Invalid X-Pusher-Signature: it must be the HMAC SHA256 hex digest of the body as it was sent"
        )
