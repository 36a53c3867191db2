"""Names of fields whose values nobody means to broadcast."""

from __future__ import annotations

import re

#: A name holds a secret when one of these is among its words.
SECRET_WORDS = frozenset(
    {
        "apikey",
        "cookie",
        "cookies",
        "credential",
        "credentials",
        "cvc",
        "cvv",
        "hash",
        "hashes",
        "hmac",
        "jwt",
        "otp",
        "passcode",
        "passphrase",
        "passwd",
        "password",
        "passwords",
        "pin",
        "privatekey",
        "pwd",
        "salt",
        "secret",
        "secrets",
        "session",
        "sessionid",
        "sessions",
        "ssn",
        "token",
        "tokens",
        "totp",
    }
)

#: … or when these words follow each other in it.
SECRET_PHRASES = (
    ("access", "key"),
    ("api", "key"),
    ("api", "keys"),
    ("auth", "key"),
    ("backup", "codes"),
    ("card", "number"),
    ("encryption", "key"),
    ("private", "key"),
    ("recovery", "code"),
    ("recovery", "codes"),
    ("security", "answer"),
    ("signing", "key"),
)

#: … or when a word ends so, as in ``authtoken`` or ``passwordhash``.
SECRET_ENDINGS = ("apikey", "hash", "passwd", "password", "secret", "secretkey", "token")

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def looks_secret(name: str) -> bool:
    """Whether a field of this name is likely to hold a secret: ``password``, ``api_key``, ``authToken`` …

    Such a field leaves only where an include list names it.
    """
    words = tuple(word.lower() for word in _WORD.findall(name))
    return (
        not SECRET_WORDS.isdisjoint(words)
        or any(word.endswith(SECRET_ENDINGS) for word in words)
        or any(_follow_each_other(phrase, words) for phrase in SECRET_PHRASES)
    )


def _follow_each_other(phrase: tuple[str, ...], words: tuple[str, ...]) -> bool:
    starts = range(len(words) - len(phrase) + 1)
    return any(words[start : start + len(phrase)] == phrase for start in starts)
