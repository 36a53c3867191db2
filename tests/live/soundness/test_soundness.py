"""No write changes what a query returns without its read set being matched; `make fuzz` tries longer."""

from __future__ import annotations

import pytest

from onair.live.reading.hooks import install
from tests.live.soundness.hearing import WAYS
from tests.live.soundness.trial import Trial, populated
from tests.postgres import ON_FILE, ON_POSTGRES

QUERIES, STEPS = 50, 10


@pytest.mark.parametrize("database", [ON_FILE, ON_POSTGRES], indirect=True)
@pytest.mark.parametrize("way", WAYS)
def test_no_change_of_a_result_is_missed(database: str, way: str) -> None:
    install()
    with populated(database), WAYS[way](database) as heard:
        trial = Trial(database, 1, heard, queries=QUERIES, keyed=False, by_hand=way == "triggers")
        for _ in range(STEPS):
            trial.step()
    assert trial.score.changed
    assert not trial.score.missed, "\n".join(trial.score.missed)
