"""What only the processes of this site can read, on its way through what they share.

An engine keeps for some minutes what it passes on, and others may see what it keeps: what is written to the
site's tables, and the cookies of who looks at its pages, are none of their business. The standard library has
no cipher, but an extendable hash is one: of a key and a number that no two texts have, it makes a stream that
hides the text.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from functools import lru_cache
from hashlib import shake_256

from django.conf import settings
from django.utils.crypto import salted_hmac

#: Bytes of the number that no two texts have, and of the signature.
_NONCE, _SIGNATURE = 16, 32


class NotOurs(Exception):
    """What was to be read comes from somebody who does not have this site's ``SECRET_KEY``."""


def seal(text: bytes) -> bytes:
    """Return a text that nobody else can read or change, as one line."""
    hiding, signing = _keys(settings.SECRET_KEY)
    nonce = secrets.token_bytes(_NONCE)
    hidden = nonce + _hide(text, hiding, nonce)
    return base64.b64encode(_sign(hidden, signing) + hidden)


def unseal(line: bytes) -> bytes:
    """Return what was sealed, by the keys that ``SECRET_KEY_FALLBACKS`` names as well.

    Raises:
        NotOurs: no process of this site has sealed it.
    """
    sealed = base64.b64decode(line)
    signature, hidden = sealed[:_SIGNATURE], sealed[_SIGNATURE:]
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        hiding, signing = _keys(secret)
        if hmac.compare_digest(_sign(hidden, signing), signature):
            return _hide(hidden[_NONCE:], hiding, hidden[:_NONCE])
    raise NotOurs("Another SECRET_KEY has sealed it. Let all processes of the site have the same one.")


@lru_cache(maxsize=8)
def _keys(secret: str | bytes) -> tuple[bytes, bytes]:
    hiding, signing = (
        salted_hmac(f"onair.live.{use}", "", secret=secret, algorithm="sha256").digest()
        for use in ("hiding", "signing")
    )
    return hiding, signing


def _sign(hidden: bytes, key: bytes) -> bytes:
    return hmac.digest(key, hidden, "sha256")


def _hide(text: bytes, key: bytes, nonce: bytes) -> bytes:
    """Hide a text, or show it again."""
    stream = shake_256(key + nonce).digest(len(text))
    return (int.from_bytes(text) ^ int.from_bytes(stream)).to_bytes(len(text))
