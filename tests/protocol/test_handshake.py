from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onair.protocol import errors
from onair.protocol.app import Credential
from onair.protocol.handshake import accept, key_of
from tests.protocol.clients import APP, CREDENTIAL, FOREIGN, RETIRED, steady

APPS = {CREDENTIAL.key: APP, RETIRED.key: APP, FOREIGN.key: APP}  # the last is in the table by mistake
PATH = f"/app/{CREDENTIAL.key}"

ACCEPTED = [
    (PATH, "protocol=7&client=js&version=8.6.0&flash=false", CREDENTIAL),
    (PATH, "client=py&protocol=6", CREDENTIAL),
    (PATH, "protocol=5", CREDENTIAL),
    (PATH + "/", "protocol=7", CREDENTIAL),
    ("/live/v1" + PATH, "protocol=7", CREDENTIAL),
    ("/app/app" + PATH, "protocol=7", CREDENTIAL),
    (f"/app/{RETIRED.key}", "protocol=7", RETIRED),
]

REFUSED = [
    ("/", "protocol=7", errors.NoSuchPath),
    ("/app/", "protocol=7", errors.NoSuchPath),
    ("", "protocol=7", errors.NoSuchPath),
    ("/application/k", "protocol=7", errors.NoSuchPath),
    (f"{PATH}/events", "protocol=7", errors.NoSuchPath),
    (f"x{PATH}", "protocol=7", errors.NoSuchPath),
    ("/app/unknown", "protocol=7", errors.UnknownApp),
    ("/app/unknown", "", errors.UnknownApp),
    (f"/app/{FOREIGN.key}", "protocol=7", errors.UnknownApp),
    (PATH, "", errors.NoProtocol),
    (PATH, "client=js", errors.NoProtocol),
    (PATH, "protocol=", errors.NoProtocol),
    (PATH, "protocol=4", errors.UnsupportedProtocol),
    (PATH, "protocol=8", errors.UnsupportedProtocol),
    (PATH, "protocol=07", errors.UnsupportedProtocol),
    (PATH, "protocol=seven", errors.BadProtocolVersion),
    (PATH, "protocol=-7", errors.BadProtocolVersion),
    (PATH, "protocol=%ff", errors.BadProtocolVersion),
]


@pytest.mark.parametrize(("path", "query", "credential"), ACCEPTED)
def test_a_known_key_and_protocol_are_accepted(path: str, query: str, credential: Credential) -> None:
    """P-URL."""
    assert accept(APPS, path, query) == (APP, credential)


@pytest.mark.parametrize(("path", "query", "error"), REFUSED)
def test_another_address_is_refused_with_its_code(
    path: str, query: str, error: type[errors.ProtocolError]
) -> None:
    """P-ERRH."""
    with pytest.raises(error):
        accept(APPS, path, query)


def test_the_key_is_found_in_a_path() -> None:
    assert [key_of("/x/app/k"), key_of("/app/k"), key_of("/apps/k")] == ["k", "k", None]


@steady
@given(st.text(st.characters()) | st.just(PATH), st.text(st.characters()))
def test_junk_raises_nothing_but_a_protocol_error(path: str, query: str) -> None:
    with contextlib.suppress(errors.ProtocolError):
        accept(APPS, path, query)
