"""What processes of a site tell each other of their visitors, and nobody else can read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onair.live.sealing import NotOurs, seal, unseal


@given(st.binary(max_size=300))
def test_what_is_sealed_can_be_read_again_and_is_one_line(text: bytes) -> None:
    sealed = seal(text)
    assert len(sealed.splitlines()) == 1
    assert unseal(sealed) == text


def test_the_same_text_is_never_sealed_alike_and_is_not_in_it() -> None:
    text = b"sessionid=secret" * 9
    first, second = seal(text), seal(text)
    assert first != second
    assert b"secret" not in first


def test_what_was_changed_on_the_way_is_refused() -> None:
    sealed = seal(b"text")
    for place in range(0, len(sealed) - 2, 5):
        changed = sealed[:place] + (b"A" if sealed[place : place + 1] != b"A" else b"B") + sealed[place + 1 :]
        with pytest.raises(NotOurs):
            unseal(changed)


@pytest.mark.parametrize("line", [b"", b"AAAA", b"A" * 64])
def test_what_nobody_has_sealed_is_refused(line: bytes) -> None:
    with pytest.raises(NotOurs, match="SECRET_KEY"):
        unseal(line)


def test_another_key_is_refused_unless_it_is_a_fallback(settings: Any) -> None:
    sealed = seal(b"text")
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another"
    with pytest.raises(NotOurs):
        unseal(sealed)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert unseal(sealed) == b"text"
