"""No page of any kind misses a write of any kind, however its regions are rendered again."""

from __future__ import annotations

import os
from random import Random

import pytest
from pytest_django import Settings

from onair.testing import assertLive
from tests.testing import random_pages
from tests.testing.random_pages import Writer, random_page

#: More of them find more: ``PAGES=5000 pytest tests/testing/test_random_pages.py``.
PAGES = int(os.environ.get("PAGES", "60"))
WRITES = 10


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(PAGES))
def test_a_random_page_follows_random_writes(seed: int, settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.testing.random_pages"
    random = Random(seed)
    name, random_pages.pages[seed] = random_page(random)
    write = Writer(random)
    write.begin()
    try:
        page = assertLive(f"/{seed}/")
        for _ in range(WRITES):
            page.on(write)
    except AssertionError as missed:
        raise AssertionError(f"{name}, seed {seed}: {missed}") from None
    finally:
        del random_pages.pages[seed]
