"""A user who has signed in on a connection."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from onair.protocol.errors import InvalidUser
from onair.protocol.names import check_user_id


@dataclass(frozen=True, slots=True)
class User:
    """A signed-in user.

    ``info`` is the JSON of its ``user_info``, or None; ``watchlist`` has the ids of the users whose coming
    and going it is told; ``data`` is the ``user_data`` as it was signed.
    """

    id: str
    data: str
    info: bytes | None = None
    watchlist: tuple[str, ...] = ()


class _UserData(msgspec.Struct):
    id: str
    user_info: msgspec.Raw = msgspec.Raw(b"null")
    watchlist: list[str] = []


_decoder = msgspec.json.Decoder(_UserData)


def user_of(user_data: str) -> User:
    """The user that a signed ``user_data`` names: ``{"id": …, "user_info": …, "watchlist": […]}``.

    Raises InvalidUser and BadUserId.
    """
    try:
        data = _decoder.decode(user_data)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise InvalidUser(f"Invalid user_data: {error}") from None
    check_user_id(data.id)
    info = bytes(data.user_info)
    watched = tuple(dict.fromkeys(data.watchlist))
    return User(data.id, user_data, None if info == b"null" else info, watched)
