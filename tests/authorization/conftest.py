from __future__ import annotations

from collections.abc import Iterator

import pytest

from onair.authorization import decide
from onair.authorization.refusal_log import RefusalLog
from onair.authorization.rules import Rules, rules


@pytest.fixture(autouse=True)
def no_rules(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rules]:
    """Begin without a rule, and with nothing told in the log."""
    monkeypatch.setattr(decide, "refusals", RefusalLog())
    with rules.set_aside():
        yield rules
