from __future__ import annotations

import pytest

from onair.changes import last_writes
from tests.site.news.models import Article, Tag


@pytest.fixture(autouse=True)
def nothing_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(last_writes, "_writes", {})
    monkeypatch.setattr(last_writes, "_kept", True)
    monkeypatch.setattr(last_writes, "_forgotten", 0)


def test_a_row_is_written_after_the_moments_before() -> None:
    before = last_writes.now()
    last_writes.note(Article, 7)
    assert last_writes.is_written_since(Article, 7, before)
    assert not last_writes.is_written_since(Article, 7, last_writes.now())
    assert not last_writes.is_written_since(Article, 8, before)
    assert not last_writes.is_written_since(Tag, 7, before)


def test_a_write_to_unknown_rows_may_be_to_any() -> None:
    before = last_writes.now()
    last_writes.note(Article)
    assert last_writes.is_written_since(Article, 7, before)
    assert not last_writes.is_written_since(Tag, 7, before)


def test_what_is_forgotten_counts_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(last_writes, "MOST", 2)
    last_writes.note(Article, 1)
    loaded = last_writes.now()
    for key in (2, 3, 4):
        last_writes.note(Article, key)
    assert last_writes.is_written_since(Article, 1, loaded)
    assert len(last_writes._writes) <= 2
