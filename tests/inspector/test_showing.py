"""What the inspector's pages show, in words."""

from __future__ import annotations

import pytest
from django.utils import translation

from onair.inspector.following import ALONE, KEPT, NOBODY
from onair.inspector.merging import Event, join, merge
from onair.inspector.path import duration, event_row
from onair.inspector.record import EventTrace, ProcessView, Publishing, Sockets, Stage, Step
from onair.inspector.showing import HEIGHT, WIDTH, Page, points
from onair.inspector.site import Inspection

PUBLISHED = Step(Stage.PUBLISHED, 10.0)
COMMITTED = Step(Stage.COMMITTED, 10.00002)
SENT = Step(Stage.SENT, 10.002)


def arrival(count: int, why: str = "", at: float = 10.005, channel: str = "news") -> Step:
    return Step(Stage.DELIVERED if count else Stage.DROPPED, at, count, why, channel)


def event(*steps: Step, from_client: bool = False, channels: tuple[str, ...] = ("news",)) -> Event:
    (joined,) = join([EventTrace("a-1", "hello", channels, "d", 2, steps, from_client)])
    return joined


def path(shown: Event) -> list[str]:
    return [" ".join(filter(None, (step.text, step.after, step.why))) for step in event_row(shown).steps]


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (event(PUBLISHED), ["published", "not committed: its transaction is open, or was rolled back"]),
        (event(PUBLISHED, COMMITTED), ["published", "committed +<0.1 ms", "waits to be sent"]),
        (event(PUBLISHED, COMMITTED, SENT), ["published", "committed +<0.1 ms", "sent +2.0 ms"]),
        (event(PUBLISHED, arrival(1)), ["published", "delivered to 1 socket +5.0 ms"]),
        (event(PUBLISHED, arrival(7)), ["published", "delivered to 7 sockets +5.0 ms"]),
        (event(PUBLISHED, arrival(0, NOBODY)), ["published", "not delivered +5.0 ms nobody listens"]),
        (event(PUBLISHED, arrival(0, ALONE)), ["published", f"not delivered +5.0 ms {ALONE}"]),
        (event(PUBLISHED, arrival(0, KEPT)), ["published", f"not delivered +5.0 ms {KEPT}"]),
        (
            event(PUBLISHED, Step(Stage.DROPPED, 11.0, why="The queue was full.")),
            ["published", "dropped +1.0 s The queue was full."],
        ),
        (
            event(PUBLISHED, arrival(1, at=10.001), SENT),
            ["published", "delivered to 1 socket +1.0 ms", "confirmed +2.0 ms"],
        ),
        (event(arrival(1)), ["published by a process that was not watched", "delivered to 1 socket"]),
        (event(arrival(1), from_client=True), ["sent by a browser", "delivered to 1 socket"]),
        (
            event(PUBLISHED, arrival(1), arrival(0, NOBODY, channel="sport"), channels=("news", "sport")),
            [
                "published",
                "delivered to 1 socket (news) +5.0 ms",
                "not delivered (sport) +5.0 ms nobody listens",
            ],
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_path_is_told_step_by_step(shown: Event, words: list[str]) -> None:
    assert path(shown) == words


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "<0.1 ms"), (0.0012, "1.2 ms"), (0.25, "250 ms"), (1.0, "1.0 s"), (12.34, "12.3 s")],
)
def test_a_short_time_has_its_unit(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    with translation.override("de"):
        assert duration(0.0012) == "1,2 ms"


def test_what_no_process_can_say_is_a_question_mark() -> None:
    page = Page(Inspection(merge([])))
    figures = {figure.name: figure.value for figure in page.figures}
    assert figures == dict.fromkeys(("connections", "channels", "regions"), "?") | {"processes": "0"}
    assert {graph.name: (graph.value, graph.note) for graph in page.graphs} == {
        "latency": ("?", ""),
        "rate": ("0", "at most 0"),
    }


def test_numbers_are_a_line_from_the_left_to_the_right() -> None:
    drawn = [tuple(map(float, point.split(","))) for point in points((0, 5, 10)).split()]
    assert drawn == [(0, HEIGHT - 1), (WIDTH / 2, HEIGHT / 2), (WIDTH, 1)]


@pytest.mark.parametrize("numbers", [(), (7.0,)])
def test_less_than_two_numbers_are_a_line_at_the_ground(numbers: tuple[float, ...]) -> None:
    assert points(numbers) == f"0,{HEIGHT} {WIDTH},{HEIGHT}"


def test_rates_of_a_process_that_has_just_begun_end_at_the_right() -> None:
    sockets = Sockets(0, (), 0, (), 0, 0, 0, 0, (), rates=(3, 6))
    view = ProcessView("a", "host", 7, 1.0, None, Publishing(0, 0, 0, 0, 0, "closed"), sockets)
    rate = Page(Inspection(merge([view]))).graphs[1]
    assert (rate.value, rate.note) == ("6", "at most 6")
    drawn = [float(point.split(",")[1]) for point in rate.points.split()]
    assert len(drawn) == 60
    assert drawn[-2:] == [HEIGHT / 2, 1.0]
    assert set(drawn[:-2]) == {HEIGHT - 1.0}
