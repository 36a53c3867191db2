"""Encrypted channels (``private-encrypted-…``): who carries an event cannot read it.

The site encrypts what it publishes there, and gives the key of one channel to each browser that may join it.
No server decrypts anything, and nothing encrypted is kept for longer than a cache channel's event, so that a
new master key needs no old one beside it: a browser that cannot read an event asks for the key again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from importlib.util import find_spec

from django.conf import settings as django_settings
from django.utils.crypto import salted_hmac

from onair.conf import settings
from onair.exceptions import ConfigurationError

INSTALL = 'pip install "django-onair[encrypted]"'

KEY_SIZE = 32

#: ``python -c`` in the shell's quotes, so that the error's text can be pasted.
_MAKE_A_KEY = 'python -c "import base64, os; print(base64.b64encode(os.urandom(32)).decode())"'

# secretbox: 24 bytes of nonce, and a tag of 16 before the text.
_NONCE_TEXT = 32
_TAG_SIZE = 16
_ENVELOPE = '{{"nonce":"{}","ciphertext":"{}"}}'


def is_available() -> bool:
    """Whether PyNaCl is installed, which encrypts."""
    return find_spec("nacl") is not None


def check() -> None:
    """Raise ConfigurationError where nothing can be encrypted: PyNaCl is missing, or the key is wrong."""
    if not is_available():
        raise ConfigurationError(f"Encrypted channels need PyNaCl. Install it: {INSTALL}.")
    master_key()


def master_key() -> bytes:
    """Return the key that every channel's key is made of.

    Raises:
        ConfigurationError: ``ONAIR["ENCRYPTION_MASTER_KEY"]`` is not 32 bytes in base64.
    """
    if not settings.ENCRYPTION_MASTER_KEY:
        return salted_hmac(
            "onair.encryption", "onair", secret=django_settings.SECRET_KEY, algorithm="sha256"
        ).digest()
    try:
        key = base64.b64decode(settings.ENCRYPTION_MASTER_KEY, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_SIZE:
        # The value is a secret, and is not shown.
        raise ConfigurationError(
            f'ONAIR["ENCRYPTION_MASTER_KEY"] is not {KEY_SIZE} bytes in base64. Make one by: {_MAKE_A_KEY}. '
            "Or leave it unset: then it comes from SECRET_KEY."
        )
    return key


def shared_secret(channel: str) -> bytes:
    """Return the key of one channel, which its subscribers get."""
    return hashlib.sha256(channel.encode() + master_key()).digest()


def seal(channel: str, text: str) -> str:
    """Return the data of an event as the subscribers of an encrypted channel get it."""
    # Here, not above: a site without encrypted channels need not have it.
    from nacl.secret import SecretBox

    # PyNaCl makes the nonce, from the system's randomness.
    sealed = SecretBox(shared_secret(channel)).encrypt(text.encode())
    return _ENVELOPE.format(_base64(sealed.nonce), _base64(sealed.ciphertext))


def sealed_size(size: int) -> int:
    """Return how many bytes :func:`seal` makes of so many."""
    return len(_ENVELOPE.format("", "")) + _NONCE_TEXT + 4 * -(-(size + _TAG_SIZE) // 3)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
