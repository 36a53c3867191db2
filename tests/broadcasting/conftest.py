from __future__ import annotations

from collections.abc import Iterator

import pytest

from onair.broadcasting.registry import Registry, registry
from onair.changes import interest
from onair.publishing import failures


@pytest.fixture(autouse=True)
def unthrottled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin each test with a log that has said nothing yet."""
    monkeypatch.setattr(failures, "_throttle", failures.Throttle())


@pytest.fixture
def no_models() -> Iterator[Registry]:
    """Begin without a model that announces, for tests that decorate their own."""
    watched = set(interest._watched)
    with registry.set_aside():
        yield registry
    interest._watched.intersection_update(watched)
