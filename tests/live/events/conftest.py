from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from onair.live.events import dispatching
from onair.live.events.limits import RateLimit
from tests.live.events import pages
from tests.live.events.pages import Browser


@pytest.fixture(autouse=True)
def _site(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.ROOT_URLCONF = "tests.live.events.pages"
    monkeypatch.setattr(dispatching, "_rate", RateLimit())
    pages.told.clear()
    yield
    pages.told.clear()


@pytest.fixture
def browser() -> Browser:
    return Browser()
