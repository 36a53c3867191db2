from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onair.protocol.errors import BadUserId, InvalidUser, ProtocolError
from onair.protocol.user import User, user_of
from tests.protocol.clients import steady

USERS = [
    ('{"id":"7"}', User("7", '{"id":"7"}')),
    ('{"id":"7","user_info":null}', User("7", '{"id":"7","user_info":null}')),
    ('{"id":"7","user_info":{"a": 1}}', User("7", '{"id":"7","user_info":{"a": 1}}', b'{"a": 1}')),
    (
        '{"id":"7","watchlist":["8","9","8"],"more":1}',
        User("7", '{"id":"7","watchlist":["8","9","8"],"more":1}', watchlist=("8", "9")),
    ),
]

REFUSED: list[tuple[str, type[ProtocolError]]] = [
    ("", InvalidUser),
    ("{}", InvalidUser),
    ("[]", InvalidUser),
    ("anna", InvalidUser),
    ('{"id":7}', InvalidUser),
    ('{"id":null}', InvalidUser),
    ('{"user_id":"7"}', InvalidUser),
    ('{"id":"7","watchlist":"8"}', InvalidUser),
    ('{"id":"7","watchlist":[8]}', InvalidUser),
    ('{"id":"7","user_info":' + "[" * 5000, InvalidUser),
    ('{"id":""}', BadUserId),
    ('{"id":"a b"}', BadUserId),
    ('{"id":"' + "x" * 201 + '"}', BadUserId),
]


@pytest.mark.parametrize(("user_data", "user"), USERS)
def test_user_data_names_a_user(user_data: str, user: User) -> None:
    """P-USER."""
    assert user_of(user_data) == user


@pytest.mark.parametrize(("user_data", "error"), REFUSED)
def test_user_data_that_names_none_is_refused(user_data: str, error: type[ProtocolError]) -> None:
    """P-USER."""
    with pytest.raises(error):
        user_of(user_data)


@steady
@given(st.text(st.characters()))
def test_junk_is_no_user(user_data: str) -> None:
    with pytest.raises(InvalidUser):
        user_of(user_data)
