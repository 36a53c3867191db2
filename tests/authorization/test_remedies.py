from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onair.authorization.patterns import Pattern
from onair.authorization.remedies import guess_pattern, remedy, rule_to_write

GUESSES = [
    ("private-lobby", "private-lobby", "def lobby(request):"),
    ("private-room-7", "private-room-{room_id}", "def room(request, room_id):"),
    ("presence-room-7", "presence-room-{room_id}", "def room(request, room_id):"),
    ("private-user.42.inbox", "private-user.{user_id}.inbox", "def user_inbox(request, user_id):"),
    ("private-room-7-8", "private-room-{room_id}-{room_id_2}", "def room(request, room_id, room_id_2):"),
    (
        "private-doc-123e4567-e89b-12d3-a456-426614174000",
        "private-doc-{doc_id}",
        "def doc(request, doc_id):",
    ),
    ("private-cache-a1", "private-cache-{key}", "def channel(request, key):"),
    ("private-class", "private-class", "def class_(request):"),
]


@pytest.mark.parametrize(("channel", "pattern", "head"), GUESSES)
def test_the_rule_to_write_is_guessed_from_the_name(channel: str, pattern: str, head: str) -> None:
    assert rule_to_write(channel).splitlines()[:2] == [f'@onair.authorize("{pattern}")', head]


@given(st.sampled_from(["private-", "presence-", "private-cache-"]), st.text("ab1=-._@,;Z", max_size=20))
def test_the_guessed_rule_is_python_and_matches_the_channel(prefix: str, body: str) -> None:
    channel = prefix + body
    assert Pattern.parse(guess_pattern(channel)).match(channel) is not None
    ast.parse(rule_to_write(channel))


def test_the_guessed_rule_lets_nobody_in() -> None:
    assert "return False" in rule_to_write("private-room-7")


def test_the_remedy_for_a_models_channel_is_its_permission_or_a_rule() -> None:
    text = remedy("private-news.article.7")
    assert "news.view_article" in text
    assert '@onair.authorize("private-news.article.{article_id}")' in text


def test_the_remedy_for_another_channel_is_a_rule() -> None:
    text = remedy("private-room-7")
    assert "permission" not in text
    assert "onair_rules.py" in text
