"""What a subscriber of an encrypted channel does: it opens what was sealed for the channel."""

from __future__ import annotations

import base64
import json

from nacl.secret import SecretBox

from onair import encryption


def opened(channel: str, sealed: str, key: bytes | None = None) -> str:
    """Return the text that was sealed.

    Args:
        key: the channel's, as the browser got it; without it, the site's own.
    """
    data = {name: base64.b64decode(value, validate=True) for name, value in json.loads(sealed).items()}
    assert set(data) == {"nonce", "ciphertext"}
    box = SecretBox(encryption.shared_secret(channel) if key is None else key)
    return box.decrypt(data["ciphertext"], data["nonce"]).decode()
