"""Grants: a page that shows an object lets its reader follow it, without a rule.

A grant is bound to one channel and one user, signed with the site's ``SECRET_KEY`` (those of
``SECRET_KEY_FALLBACKS`` stay valid), and good for ``ONAIR["GRANT_AGE"]`` seconds.

A page that anybody may read grants its anonymous reader too. Such a grant is honoured for anonymous readers
alone: all of them, since all of them may read the page, but nobody who has logged in, since who logs in gets
a page of their own.
"""

from __future__ import annotations

from typing import Any

from django.core.signing import BadSignature, TimestampSigner

from onair.conf import settings

_SALT = "onair.grant"


def grant(channel: str, user: Any) -> str:
    """Return what lets a user join a channel; ``user`` is a request's, anonymous or None included."""
    signed = _signer().sign(_bound_to(channel, user))
    return signed.removeprefix(f"{_bound_to(channel, user)}:")


def verify(token: str, channel: str, user: Any) -> bool:
    """Whether a token is a grant of this channel to this user, and not too old."""
    if not token.isascii():
        return False
    try:
        _signer().unsign(f"{_bound_to(channel, user)}:{token}", max_age=settings.GRANT_AGE)
    except BadSignature:
        return False
    return True


def _signer() -> TimestampSigner:
    return TimestampSigner(salt=_SALT)


def _bound_to(channel: str, user: Any) -> str:
    """Return what is signed. No channel's name has a colon, so that it can be read in one way alone."""
    if user is None or not user.is_authenticated:
        return f"{channel}:anonymous"
    return f"{channel}:user:{user.pk}"
