from __future__ import annotations

from uuid import UUID

import pytest
from django.contrib.auth.models import Group
from django.test import modify_settings
from hypothesis import given
from hypothesis import strategies as st

from onair.model_channels import (
    BadKey,
    ModelChannel,
    channel_of,
    decode_key,
    encode_key,
    pusherable_channel_of,
    read,
)
from onair.protocol.names import check_channel
from tests.site.news.models import Article

KEYS = [
    (7, "7"),
    ("a-b_c.d,e;f@g", "a-b_c.d,e;f@g"),
    ("a b", "a=20b"),
    ("=41", "=3D41"),
    ("é", "=C3=A9"),
    ("a/b:c#d", "a=2Fb=3Ac=23d"),
    ("", ""),
    (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
]


@pytest.mark.parametrize(("key", "text"), KEYS)
def test_a_key_is_written_in_the_characters_of_a_channel(key: object, text: str) -> None:
    assert encode_key(key) == text
    assert decode_key(text) == str(key)


@pytest.mark.parametrize(
    "text", ["=", "=4", "a=", "=4g", "=c3=a9", "=41", "=C3", "a b", "ü", "=FF", "=ED=A0=80"]
)
def test_what_no_key_is_written_as_is_refused(text: str) -> None:
    with pytest.raises(BadKey):
        decode_key(text)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=15))
def test_every_key_comes_back(key: str) -> None:
    text = encode_key(key)
    check_channel(text)
    assert decode_key(text) == key


@given(st.text("=0123456789ABCDEFabcdef-\xe9", max_size=12))
def test_a_key_is_written_in_one_way_alone(text: str) -> None:
    try:
        key = decode_key(text)
    except BadKey:
        return
    assert encode_key(key) == text


def test_the_channels_of_a_model_and_of_an_object_are_named() -> None:
    article = Article(pk=7)
    assert channel_of(Article) == "private-news.article"
    assert channel_of(article) == "private-news.article.7"
    assert channel_of(article, "presence-") == "presence-news.article.7"
    assert pusherable_channel_of(article) == "article_7"
    assert pusherable_channel_of(article, "private-") == "private-article_7"


READ = [
    ("private-news.article", [ModelChannel(Article)]),
    ("presence-news.article", [ModelChannel(Article)]),
    ("private-news.article.7", [ModelChannel(Article, "7")]),
    ("private-news.article.a.b_c=20d", [ModelChannel(Article, "a.b_c d")]),
    ("private-article_7", [ModelChannel(Article, "7")]),
    ("presence-article_7_8", [ModelChannel(Article, "7_8")]),
    ("private-group_1", [ModelChannel(Group, "1")]),
    ("news.article", []),
    ("private-news.Article", []),
    ("private-News.article", []),
    ("private-news.article.", []),
    ("private-news.article.=41", []),
    ("private-article_", []),
    ("private-article", []),
    ("private-_7", []),
    ("private-nothing.article.7", []),
    ("private-news.nothing.7", []),
    ("private-nothing_7", []),
    ("private-", []),
    ("private-.", []),
    ("private-cache-news.article.7", []),
]


@pytest.mark.parametrize(("channel", "wanted"), READ)
def test_the_name_of_a_models_channel_is_read(channel: str, wanted: list[ModelChannel]) -> None:
    assert read(channel) == wanted


def test_a_name_that_two_models_share_is_read_as_both() -> None:
    with modify_settings(INSTALLED_APPS={"append": "tests.site.rooms"}):
        found = read("private-article_7")
        assert sorted(channel.model._meta.label for channel in found) == ["news.Article", "rooms.Article"]
        assert read("private-news.article.7") == [ModelChannel(Article, "7")]
