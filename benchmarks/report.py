"""The figures as tables of Markdown, one for each topic and number of events in flight."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from benchmarks.goals import OURS, REASONS, goal_of
from benchmarks.measurements import Case, Figure, Topic

Samples = Mapping[Case, Mapping[str, Sequence[Figure]]]

TIMED_OUT = "timed out"

#: How a figure is written, and whether more is better.
_FORMS: Mapping[Topic, tuple[str, bool]] = {
    Topic.DELIVERIES: (",.0f", True),
    Topic.PUBLISHES: (",.0f", True),
    Topic.HANDSHAKES: (",.0f", True),
    Topic.MEMORY: (".1f", False),
}


def median(figures: Sequence[Figure]) -> Figure:
    """The median; None where one of them did not come in time."""
    return None if None in figures else statistics.median(figure for figure in figures if figure is not None)


def tables(samples: Samples) -> Iterator[str]:
    """A table for each topic and number of events in flight, in the order of the cases."""
    for (topic, in_flight), cases in groupby(samples, key=lambda case: (case.topic, case.in_flight)):
        yield "\n".join([f"## {_title(topic, in_flight)}\n", *_table(list(cases), samples)])


def reasons(samples: Samples) -> Iterator[str]:
    """What the profile says of each table with a goal that is missed."""
    for topic, in_flight in dict.fromkeys((case.topic, case.in_flight) for case in samples):
        cases = [case for case in samples if (case.topic, case.in_flight) == (topic, in_flight)]
        if any(_is_short(samples, case, peer) for case in cases for peer in samples[case]):
            reason = REASONS.get((topic, in_flight), "No profile says why yet.")
            yield f"- **{_title(topic, in_flight)}.** {reason}"


def _is_short(samples: Samples, case: Case, peer: str) -> bool:
    goal, ours = goal_of(case, peer), median(samples[case][OURS])
    return goal is not None and (ours is None or not goal.is_met(ours, median(samples[case][peer])))


def _title(topic: Topic, in_flight: int) -> str:
    title = topic.value[0].upper() + topic.value[1:]
    return f"{title}, W={in_flight}" if in_flight else title


def _table(cases: Sequence[Case], samples: Samples) -> Iterator[str]:
    yield "| subscribers | server | median | range | onair, times as good | goal | |"
    yield "|--:|---|--:|--:|--:|---|---|"
    for case in cases:
        for peer in samples[case]:
            yield f"| {' | '.join(_row(samples, case, peer))} |"


def _row(samples: Samples, case: Case, peer: str) -> Sequence[str]:
    topic, figures = case.topic, samples[case][peer]
    form, _ = _FORMS[topic]
    ours, theirs, goal = median(samples[case][OURS]), median(figures), goal_of(case, peer)
    count = f"{case.subscribers:,}" if case.subscribers else "–"
    return (
        count,
        peer,
        TIMED_OUT if theirs is None else format(theirs, form),
        _range(figures, form),
        "" if peer == OURS else _ratio(topic, ours, theirs),
        "" if goal is None else str(goal),
        "" if goal is None else "**short**" if _is_short(samples, case, peer) else "met",
    )


def _range(figures: Sequence[Figure], form: str) -> str:
    known = [figure for figure in figures if figure is not None]
    return f"{format(min(known), form)} – {format(max(known), form)}" if known else ""


def _ratio(topic: Topic, ours: Figure, theirs: Figure) -> str:
    if not ours or not theirs:
        return ""
    _, more_is_better = _FORMS[topic]
    ratio = ours / theirs if more_is_better else theirs / ours
    places = 2 if ratio < 10 else 1 if ratio < 100 else 0
    return f"{ratio:,.{places}f}×"
