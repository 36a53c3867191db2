"""What channels know of a user: an id, what the other members see, and never the e-mail."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from onair.model_channels import encode_key

#: P-USER: the largest ``user_info``, in bytes of JSON.
MAX_USER_INFO = 1024

_MAX_NAME_LENGTH = 100
_EMAIL_LIKE = re.compile(r"[^\s@]@[^\s@]")


class BadUserInfo(ValueError):
    """A ``user_info`` cannot be sent: it is not JSON, or too large."""


def channel_data(user: Any, user_info: dict[str, Any] | None = None) -> str:
    """Return the ``channel_data`` of a presence channel, the JSON text that is signed.

    Args:
        user: a user who has logged in.
        user_info: what the others see; without it, a name.

    Raises:
        BadUserInfo: it cannot be written as JSON, or has more than 1 KB (P-USER).
    """
    info = _to_json({"name": display_name(user)} if user_info is None else user_info)
    size = len(info.encode())
    if size > MAX_USER_INFO:
        raise BadUserInfo(f"the user_info has {size} bytes of JSON, and {MAX_USER_INFO} are allowed")
    return f'{{"user_id":{_to_json(user_id(user))},"user_info":{info}}}'


def user_data(user: Any, watchlist: Sequence[str] = ()) -> str:
    """Return the ``user_data`` of a sign-in, the JSON text that is signed.

    Args:
        user: a user who has logged in.
        watchlist: the ids of those whose coming and going the user is told.
    """
    data = {"id": user_id(user), "user_info": {"name": display_name(user)}}
    return _to_json(data | {"watchlist": watchlist} if watchlist else data)


def user_id(user: Any) -> str:
    """Return the id by which channels know a user: the primary key, in a channel's characters."""
    return encode_key(user.pk)


def display_name(user: Any) -> str:
    """Return a user's full name, else the username; neither where it is, or looks like, an e-mail address."""
    email = str(getattr(user, _email_field(user), "") or "").casefold()
    for name in _names(user):
        if name and name.casefold() != email and not _EMAIL_LIKE.search(name):
            return name[:_MAX_NAME_LENGTH]
    return "User" if _EMAIL_LIKE.search(str(user.pk)) else f"User {user.pk}"


def _names(user: Any) -> list[str]:
    readers = (getattr(user, reader, None) for reader in ("get_full_name", "get_username"))
    return [str(read() or "").strip() for read in readers if read is not None]


def _email_field(user: Any) -> str:
    read = getattr(user, "get_email_field_name", None)
    return read() if read is not None else "email"


def _to_json(value: Any) -> str:
    try:
        text = json.dumps(
            value, cls=DjangoJSONEncoder, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
        text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise BadUserInfo(f"the user_info cannot be written as JSON ({error})") from None
    return text
