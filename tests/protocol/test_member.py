from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onair.protocol.errors import BadUserId, InvalidMember, ProtocolError
from onair.protocol.member import Member, member_of
from tests.protocol.clients import steady

MEMBERS = [
    ('{"user_id":"7","user_info":{"name":"Anna"}}', Member("7", b'{"name":"Anna"}')),
    ('{"user_id":7}', Member("7")),
    ('{"user_id":"7","user_info":null}', Member("7")),
    ('{"user_id":"7", "user_info" : [1, 2] , "more":true}', Member("7", b"[1, 2]")),
]

REFUSED: list[tuple[str | None, type[ProtocolError]]] = [
    (None, InvalidMember),
    ("", InvalidMember),
    ("{}", InvalidMember),
    ("[]", InvalidMember),
    ("anna", InvalidMember),
    ('{"user_id":null}', InvalidMember),
    ('{"user_id":true}', InvalidMember),
    ('{"user_id":1.5}', InvalidMember),
    ('{"user_id":' + "1" * 5000 + "}", InvalidMember),
    ('{"user_id":"7","user_info":' + "[" * 5000, InvalidMember),
    ('{"user_id":"7","user_info":{}', InvalidMember),
    ('{"user_id":""}', BadUserId),
    ('{"user_id":"a b"}', BadUserId),
    ('{"user_id":-1.0e400}', InvalidMember),
]


@pytest.mark.parametrize(("channel_data", "member"), MEMBERS)
def test_channel_data_names_a_member(channel_data: str, member: Member) -> None:
    assert member_of("presence-a", channel_data) == member


@pytest.mark.parametrize(("channel_data", "error"), REFUSED)
def test_channel_data_that_names_none_is_refused(
    channel_data: str | None, error: type[ProtocolError]
) -> None:
    with pytest.raises(error):
        member_of("presence-a", channel_data)


@steady
@given(st.text(st.characters()))
def test_junk_is_no_member(channel_data: str) -> None:
    with pytest.raises(InvalidMember):
        member_of("presence-a", channel_data)
