"""The framing: whatever texts there are, a browser reads them as they were."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onair.protocol.errors import BadMessage
from onair.server.fallback import lines

#: What UTF-8 can carry.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(TEXTS))
def test_messages_are_one_line_and_come_out_as_they_were(texts: list[str]) -> None:
    line = lines.messages(texts).decode()
    assert line.startswith("a")
    assert line.index("\n") == len(line) - 1
    assert json.loads(line[1:]) == texts


@given(st.integers(1000, 4999), TEXTS)
def test_a_close_is_one_line_with_its_code_and_reason(code: int, reason: str) -> None:
    line = lines.close(code, reason).decode()
    assert line.startswith("c")
    assert line.index("\n") == len(line) - 1
    assert json.loads(line[1:]) == [code, reason]


@given(TEXTS)
def test_a_length_is_what_javascript_counts(text: str) -> None:
    assert lines.length(text.encode()) == sum(2 if character > "\uffff" else 1 for character in text)


@given(st.lists(TEXTS))
def test_what_a_client_sends_is_read_as_it_was(texts: list[str]) -> None:
    assert lines.read_texts(json.dumps(texts).encode()) == texts


JUNK = [
    b"",
    b"[",
    b"{}",
    b"null",
    b'"text"',
    b"[1]",
    b'["a", null]',
    b'["\\ud800"]',
    b'["\xff"]',
    b"[" * 9999,
]


@pytest.mark.parametrize("body", JUNK, ids=lambda body: repr(body[:12]))
def test_what_is_no_array_of_texts_is_refused(body: bytes) -> None:
    with pytest.raises(BadMessage):
        lines.read_texts(body)


@given(st.binary())
def test_no_bytes_do_more_harm_than_to_be_refused(body: bytes) -> None:
    try:
        lines.read_texts(body)
    except BadMessage:
        return
