from __future__ import annotations

from collections.abc import Iterator

import pytest

from onair.protocol import errors
from onair.protocol.errors import CODES, ProtocolError, Reconnect

RECONNECTS = [
    (errors.UnknownApp("k"), 4001, Reconnect.NEVER),
    (errors.AppDisabled("1"), 4003, Reconnect.NEVER),
    (errors.NoSuchPath("/"), 4005, Reconnect.NEVER),
    (errors.BadProtocolVersion("x"), 4006, Reconnect.NEVER),
    (errors.UnsupportedProtocol("8"), 4007, Reconnect.NEVER),
    (errors.NoProtocol(), 4008, Reconnect.NEVER),
    (errors.Unauthorized(), 4009, Reconnect.NEVER),
    (errors.OverCapacity(), 4100, Reconnect.BACKOFF),
    (errors.ReconnectNow(), 4200, Reconnect.AT_ONCE),
    (errors.PongTimeout(), 4201, Reconnect.AT_ONCE),
    (errors.ClientEventRate(10), 4301, Reconnect.STAY),
    (errors.WatchlistTooLong(101, 100), 4302, Reconnect.STAY),
    (errors.NoSubscription("a"), None, Reconnect.STAY),
    (errors.BadMessage(), None, Reconnect.STAY),
]


def all_errors(base: type[ProtocolError] = ProtocolError) -> Iterator[type[ProtocolError]]:
    """The errors of the module: the HTTP API, if another test has loaded it, has more."""
    for error in base.__subclasses__():
        if error.__module__ == errors.__name__:
            yield error
        yield from all_errors(error)


@pytest.mark.parametrize(("error", "code", "reconnect"), RECONNECTS, ids=lambda value: type(value).__name__)
def test_an_error_knows_its_code_and_what_the_client_does_then(
    error: ProtocolError, code: int | None, reconnect: Reconnect
) -> None:
    assert (error.code, error.reconnect) == (code, reconnect)


@pytest.mark.parametrize("error", sorted(set(all_errors()), key=str))
def test_every_error_has_a_code_with_a_meaning(error: type[ProtocolError]) -> None:
    assert error.code in CODES


def test_the_tree_at_the_top_of_the_module_names_every_error() -> None:
    assert not [error.__name__ for error in all_errors() if error.__name__ not in (errors.__doc__ or "")]


def test_an_error_without_a_text_says_what_its_code_means() -> None:
    assert errors.OverCapacity().message == "Over capacity"


def test_an_errors_own_text_beats_the_meaning_of_its_code() -> None:
    error = errors.Unauthorized("Origin https://evil.example is not allowed")
    assert (error.message, str(error)) == ("Origin https://evil.example is not allowed",) * 2


def test_what_a_client_sent_is_cut_in_the_text() -> None:
    assert len(errors.BadChannel("x" * 10_000).message) < 400
