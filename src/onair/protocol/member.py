"""A member of a presence channel."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from onair.protocol.errors import InvalidMember
from onair.protocol.names import check_user_id


@dataclass(frozen=True, slots=True)
class Member:
    """A user on a presence channel; ``info`` is the JSON of its ``user_info``, or None."""

    user_id: str
    info: bytes | None = None

    @property
    def info_json(self) -> msgspec.Raw | None:
        return None if self.info is None else msgspec.Raw(self.info)


class _ChannelData(msgspec.Struct):
    user_id: str | int
    user_info: msgspec.Raw = msgspec.Raw(b"null")


_decoder = msgspec.json.Decoder(_ChannelData)


def member_of(channel: str, channel_data: str | None) -> Member:
    """The member that a presence channel's signed ``channel_data`` names.

    A number as ``user_id`` is taken as its digits. Raises InvalidMember and BadUserId.
    """
    if not channel_data:
        raise InvalidMember(f"Channel {channel} needs channel_data: subscribe with what was signed")
    try:
        data = _decoder.decode(channel_data)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise InvalidMember(f"Invalid channel_data for {channel}: {error}") from None
    user_id = str(data.user_id)
    check_user_id(user_id)
    info = bytes(data.user_info)
    return Member(user_id, None if info == b"null" else info)
