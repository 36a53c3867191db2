from __future__ import annotations

from random import Random

import pytest

from benchmarks import matching
from onair.live.matching import affects


@pytest.mark.once
def test_a_measurement_has_a_figure_for_everything() -> None:
    result = matching.measure(60, 5)
    assert result.queries == 60
    assert min(result.build, result.linear, result.insert, result.update, result.bare) > 0
    assert result.keyed > result.bare


def test_what_is_compared_answers_alike() -> None:
    random = Random(1)
    read_sets = [matching._read_set(random) for _ in range(300)]
    index = matching._built(read_sets)
    for commit in (matching._insert(random), matching._update(random)):
        assert index.match(commit) == {
            number for number, read_set in enumerate(read_sets) if affects(read_set, commit)
        }


@pytest.mark.parametrize(
    ("figure", "goal", "verdict"),
    [(20.0, None, ("", "")), (20.0, 50.0, ("≤ 50", "met")), (51.0, 50.0, ("≤ 50", "**short**"))],
)
def test_a_figure_is_held_against_its_goal(
    figure: float, goal: float | None, verdict: tuple[str, str]
) -> None:
    assert matching._verdict(figure, goal) == verdict
