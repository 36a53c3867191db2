"""The figures as tables of Markdown, one for each topic and number of events in flight."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from benchmarks.goals import OURS, goal_of
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
        yield "\n".join([f"## {_title(topic, in_flight)}\n", *_table(topic, list(cases), samples)])


def _title(topic: Topic, in_flight: int) -> str:
    title = topic.value[0].upper() + topic.value[1:]
    return f"{title}, W={in_flight}" if in_flight else title


def _table(topic: Topic, cases: Sequence[Case], samples: Samples) -> Iterator[str]:
    yield "| subscribers | server | median | range | onair, times as good | goal | |"
    yield "|--:|---|--:|--:|--:|---|---|"
    for case in cases:
        for peer, figures in samples[case].items():
            yield f"| {' | '.join(_row(topic, case, peer, figures, samples[case][OURS]))} |"


def _row(
    topic: Topic, case: Case, peer: str, figures: Sequence[Figure], our_figures: Sequence[Figure]
) -> Sequence[str]:
    form, _ = _FORMS[topic]
    ours, theirs, goal = median(our_figures), median(figures), goal_of(case, peer)
    count = f"{case.subscribers:,}" if case.subscribers else "–"
    verdict = ""
    if goal is not None:
        verdict = "met" if ours is not None and goal.is_met(ours, theirs) else "**short**"
    return (
        count,
        peer,
        TIMED_OUT if theirs is None else format(theirs, form),
        _range(figures, form),
        "" if peer == OURS else _ratio(topic, ours, theirs),
        "" if goal is None else str(goal),
        verdict,
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
