from __future__ import annotations

import pytest

from onair.live.rendering.region import (
    LEAST_PAUSE,
    LONGEST_PAUSE,
    PAUSE_AFTER_FAILURE,
    PAUSE_PER_RENDERING,
    LiveRegion,
    Subscriber,
)
from onair.live.rendering.viewer import Address, Viewer
from tests.live.templating.showing import only, rendered

ADDRESS = Address("http://testserver", "", "/page/", "")


def region(option: str = "") -> LiveRegion:
    one = only(rendered(f"{{% live {option} %}}text{{% endlive %}}"))
    return LiveRegion(one.channel, ADDRESS, one.id, one)


@pytest.mark.parametrize(
    ("option", "seconds", "pause"),
    [
        ("", 0.0, LEAST_PAUSE),
        ("", 0.1, 0.1 * PAUSE_PER_RENDERING),
        ("throttle=5", 0.1, 5),
        ("throttle=0.01", 0.0, LEAST_PAUSE),
        ("throttle=0.5", 0.1, 0.1 * PAUSE_PER_RENDERING),
    ],
)
def test_a_region_pauses_for_what_its_rendering_takes_and_for_what_its_tag_says(
    option: str, seconds: float, pause: float
) -> None:
    one = region(option)
    assert one.not_before == 0, "the first change is shown at once"
    one.rendered(100.0, seconds)
    assert one.not_before == pytest.approx(100 + pause)


def test_a_region_that_fails_is_tried_twice_as_late_each_time() -> None:
    one, times = region(), []
    for _ in range(8):
        one.failed(100.0)
        times.append(one.not_before - 100)
    assert times[:3] == [PAUSE_AFTER_FAILURE, 2 * PAUSE_AFTER_FAILURE, 4 * PAUSE_AFTER_FAILURE]
    assert times[-1] == LONGEST_PAUSE


def test_a_region_is_rendered_without_a_change_where_its_tag_says_so() -> None:
    every, never = region("every=30"), region()
    every.rendered(100.0, 0.0)
    assert every.next_time == pytest.approx(130 + LEAST_PAUSE)
    assert never.next_time == float("inf")


def test_a_region_is_rendered_for_one_who_has_come() -> None:
    one, viewers = region(), [Viewer("1", "a"), Viewer("2", "b")]
    for number, viewer in enumerate(viewers):
        one.subscribers[f"1.{number}"] = Subscriber(f"1.{number}", viewer, "", 30.0)
    assert one.viewer() is None
    assert not one.is_ready
    one.subscribers["1.1"].has_joined = True
    assert one.viewer() == viewers[1]
    assert one.is_ready
    one.is_rendering = True
    assert not one.is_ready


def test_a_viewer_is_told_from_others_by_as_much_as_the_page_asks() -> None:
    first = Viewer("", "", {"HTTP_USER_AGENT": "a"})
    second = Viewer("", "", {"HTTP_USER_AGENT": "b"})
    assert first == second
    assert first.alone() != second.alone()
    assert first.alone() == Viewer("", "", {"HTTP_USER_AGENT": "a"}).alone()
    assert first.alone().together() == second
    assert "a" not in repr(first.meta) or "HTTP_USER_AGENT" not in repr(first)
