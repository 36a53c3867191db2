from __future__ import annotations

import dataclasses

import pytest

from onair.protocol.publication import Publication


def test_a_publication_does_not_change_on_its_way() -> None:
    publication = Publication(("news",), "update", "{}")
    with pytest.raises(dataclasses.FrozenInstanceError):
        publication.exclude = "1.2"  # type: ignore[misc]


def test_a_publication_excludes_nobody_unless_it_says_so() -> None:
    assert Publication(("news",), "update", "{}").exclude is None
