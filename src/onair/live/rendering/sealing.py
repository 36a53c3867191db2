"""What only the processes of this site can read, on its way through what they share.

The standard library has no cipher. A keyed hash in counter mode is one: each block of the stream that hides
the text is the hash of a number under a key that is used for nothing else.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from hashlib import blake2b
from itertools import count

from django.conf import settings
from django.utils.crypto import salted_hmac

#: Bytes of the number that no two texts have, of the signature, and of a block of the stream.
_NONCE, _SIGNATURE, _BLOCK = 16, 32, 64


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


def _keys(secret: str | bytes) -> tuple[bytes, bytes]:
    hiding, signing = (
        salted_hmac(f"onair.live.{use}", "", secret=secret, algorithm="sha256").digest()
        for use in ("hiding", "signing")
    )
    return hiding, signing


def _sign(hidden: bytes, key: bytes) -> bytes:
    return blake2b(hidden, key=key, digest_size=_SIGNATURE).digest()


def _hide(text: bytes, key: bytes, nonce: bytes) -> bytes:
    """Hide a text, or show it again."""
    numbers = count()
    stream = b"".join(
        blake2b(nonce + next(numbers).to_bytes(8), key=key, digest_size=_BLOCK).digest()
        for _ in range(0, len(text), _BLOCK)
    )
    hidden = int.from_bytes(text) ^ int.from_bytes(stream[: len(text)])
    return hidden.to_bytes(len(text))
