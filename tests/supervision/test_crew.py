"""Which workers are started and which end, as a table of what happens, and for whatever may happen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from onair.server.inherited import Urgency
from onair.supervision.crew import (
    GIVE_UP_AFTER,
    LONGEST_PAUSE,
    STEADY,
    Action,
    Announce,
    Crew,
    Finish,
    GiveUp,
    KeepOld,
    Kill,
    Report,
    Start,
    Tell,
    Terminate,
    exit_code,
    pause_after,
)

KILLED = -9


class Step(NamedTuple):
    """What happens to a crew of two, when, and what is to be done."""

    what: str
    worker: int | None
    now: float
    actions: Sequence[Action]
    code: int = 0


BEGIN = Step("begin", None, 0, [Start(1), Start(2)])
UP = [BEGIN, Step("serves", 1, 1, []), Step("serves", 2, 2, [Announce()])]

STORIES: dict[str, list[Step]] = {
    "a worker that dies is replaced at once": [
        *UP,
        Step("ended", 1, 3, [Report(1, KILLED, 0), Start(3)], KILLED),
        Step("serves", 3, 4, []),
    ],
    "one that dies again is replaced after a pause, which grows": [
        *UP,
        Step("ended", 1, 3, [Report(1, KILLED, 0), Start(3)], KILLED),
        Step("ended", 3, 4, [Report(3, KILLED, 1)], KILLED),
        Step("begin", None, 4.9, []),
        Step("begin", None, 5, [Start(4)]),
        Step("ended", 4, 6, [Report(4, KILLED, 2)], KILLED),
        Step("begin", None, 8, [Start(5)]),
    ],
    "one that had served for long is replaced at once again": [
        *UP,
        Step("ended", 1, 3, [Report(1, KILLED, 0), Start(3)], KILLED),
        Step("serves", 3, 4, []),
        Step("ended", 3, 4 + STEADY, [Report(3, 0, 0), Start(4)]),
    ],
    "workers that end before they serve are given up, with their exit code": [
        BEGIN,
        Step("ended", 1, 1, [Report(1, 7, 0), Start(3)], 7),
        Step("ended", 2, 1, [Report(2, 7, 1)], 7),
        Step("ended", 3, 1, [GiveUp(), Finish(7)], 7),
    ],
    "giving up ends the worker that serves": [
        BEGIN,
        Step("serves", 1, 1, []),
        Step("ended", 2, 1, [Report(2, 3, 0), Start(3)], 3),
        Step("ended", 3, 1, [Report(3, 3, 1)], 3),
        Step("begin", None, 2, [Start(4)]),
        Step("ended", 4, 2, [GiveUp(), Tell(1, Urgency.HURRY)], 3),
        Step("ended", 1, 3, [Finish(3)]),
    ],
    "a renewal replaces one after the other, which ends when the new one serves": [
        *UP,
        Step("renew", None, 3, [Start(3)]),
        Step("serves", 3, 4, [Tell(1, Urgency.YIELD)]),
        Step("ended", 1, 5, [Start(4)]),
        Step("serves", 4, 6, [Tell(2, Urgency.YIELD)]),
        Step("ended", 2, 7, []),
    ],
    "a renewal whose new worker does not start leaves all as it was": [
        *UP,
        Step("renew", None, 3, [Start(3)]),
        Step("ended", 3, 4, [KeepOld(1)], 1),
        Step("renew", None, 5, [Start(4)]),
    ],
    "a worker that dies before it is replaced is replaced by the one that was to": [
        *UP,
        Step("renew", None, 3, [Start(3)]),
        Step("ended", 1, 4, [Report(1, KILLED, 0)], KILLED),
        Step("serves", 3, 5, [Start(4)]),
        Step("serves", 4, 6, [Tell(2, Urgency.YIELD)]),
    ],
    "a death in the middle of a renewal is mended first": [
        *UP,
        Step("renew", None, 3, [Start(3)]),
        Step("serves", 3, 4, [Tell(1, Urgency.YIELD)]),
        Step("ended", 2, 5, [Report(2, KILLED, 0), Start(4)], KILLED),
        Step("ended", 1, 6, []),
        Step("serves", 4, 7, []),
    ],
    "a renewal before all serve is none": [
        BEGIN,
        Step("renew", None, 1, []),
        Step("serves", 1, 1, []),
        Step("serves", 2, 2, [Announce()]),
    ],
    "the end drains them, then hurries, then kills": [
        *UP,
        Step("stop", None, 3, [Tell(1, Urgency.DRAIN), Tell(2, Urgency.DRAIN)]),
        Step("ended", 1, 4, []),
        Step("stop", None, 5, [Tell(2, Urgency.HURRY)]),
        Step("stop", None, 6, [Kill(2)]),
        Step("ended", 2, 7, [Finish(0)], KILLED),
    ],
    "the end terminates who does not serve yet": [
        BEGIN,
        Step("serves", 1, 1, []),
        Step("stop", None, 2, [Tell(1, Urgency.DRAIN), Terminate(2)]),
        Step("ended", 2, 3, [], -15),
        Step("ended", 1, 4, [Finish(0)]),
    ],
    "the end leaves a worker to its turns that was ending already": [
        *UP,
        Step("renew", None, 3, [Start(3)]),
        Step("serves", 3, 4, [Tell(1, Urgency.YIELD)]),
        Step("stop", None, 5, [Tell(2, Urgency.DRAIN), Tell(3, Urgency.DRAIN)]),
        Step("stop", None, 6, [Tell(number, Urgency.HURRY) for number in (1, 2, 3)]),
    ],
    "the end ends a pause": [
        *UP,
        Step("ended", 1, 3, [Report(1, KILLED, 0), Start(3)], KILLED),
        Step("ended", 3, 4, [Report(3, KILLED, 1)], KILLED),
        Step("stop", None, 4.5, [Tell(2, Urgency.DRAIN)]),
        Step("begin", None, 5, []),
        Step("ended", 2, 6, [Finish(0)]),
    ],
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_what_happens_decides_what_is_done(story: list[Step]) -> None:
    crew = Crew(2)
    for step in story:
        match step.what, step.worker:
            case "ended", int(worker):
                done = crew.ended(worker, step.code, step.now)
            case "serves", int(worker):
                done = crew.serves(worker, step.now)
            case what, _:
                done = getattr(crew, what)(step.now)
        assert (step.what, done) == (step.what, list(step.actions))


def test_once_all_have_served_nothing_is_given_up() -> None:
    crew = Crew(1)
    crew.begin(0)
    crew.serves(1, 0)
    now = 0.0
    for number in range(1, 10 * GIVE_UP_AFTER):
        [report, *_] = crew.ended(number, 1, now)
        assert isinstance(report, Report)
        now += report.pause
        crew.begin(now)


def test_pauses_grow_and_are_bounded() -> None:
    pauses = [pause_after(deaths) for deaths in range(1, 100)]
    assert pauses[:4] == [0, 1, 2, 4]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


@pytest.mark.parametrize(("code", "given"), [(2, 2), (-9, 137), (0, 1)])
def test_who_gives_up_ends_as_a_shell_says_it(code: int, given: int) -> None:
    assert exit_code(code) == given


class AnyCrew(RuleBasedStateMachine):
    """Workers start, serve, end by themselves or as they are told, in any order, and signals come."""

    alive = Bundle("alive")

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.size = 1
        self.crew = Crew(1)
        self.starting: set[int] = set()
        self.serving: set[int] = set()
        self.told: set[int] = set()
        self.stopped = 0
        self.is_announced = self.is_finished = self.is_given_up = False

    @initialize(size=st.integers(1, 4), target=alive)
    def begin(self, size: int) -> object:
        self.size, self.crew = size, Crew(size)
        return self.take(self.crew.begin(self.now))

    def take(self, actions: list[Action]) -> object:
        """Do what is to be done; return the workers that were started."""
        assert not (actions and self.is_finished)
        started = []
        for action in actions:
            match action:
                case Start(number):
                    assert not self.stopped
                    assert not self.is_given_up
                    assert number not in self.starting | self.serving
                    self.starting.add(number)
                    started.append(number)
                case Tell(number, urgency):
                    assert number in self.serving | self.told
                    if urgency is Urgency.YIELD:
                        assert len(self.serving - self.told) > self.size
                    self.told.add(number)
                case Terminate(number):
                    assert number in self.starting
                    self.told.add(number)
                case Kill(number):
                    assert number in self.starting | self.serving
                    self.told.add(number)
                case Announce():
                    assert not self.is_announced
                    assert len(self.serving - self.told) == self.size
                    self.is_announced = True
                case GiveUp():
                    assert not self.is_announced
                    self.is_given_up = True
                case Finish():
                    assert not self.starting | self.serving
                    self.is_finished = True
        return multiple(*started)

    @rule(number=alive, target=alive)
    def serves(self, number: int) -> object:
        if number not in self.starting:
            return multiple()
        self.starting.remove(number)
        self.serving.add(number)
        return self.take(self.crew.serves(number, self.now))

    @rule(number=consumes(alive), code=st.sampled_from([0, 1, 2, KILLED]), target=alive)
    def ends(self, number: int, code: int) -> object:
        self.starting.discard(number)
        self.serving.discard(number)
        self.told.discard(number)
        return self.take(self.crew.ended(number, code, self.now))

    @precondition(lambda self: not self.is_finished)
    @rule(target=alive)
    def renew(self) -> object:
        return self.take(self.crew.renew(self.now))

    @precondition(lambda self: not self.is_finished)
    @rule()
    def stop(self) -> None:
        self.stopped += 1
        self.take(self.crew.stop(self.now))

    @rule(seconds=st.floats(0, 2 * LONGEST_PAUSE), target=alive)
    def time_passes(self, seconds: float) -> object:
        self.now += seconds
        return multiple() if self.is_finished else self.take(self.crew.begin(self.now))

    @invariant()
    def there_are_as_many_as_there_shall_be_or_it_is_known_when(self) -> None:
        if self.stopped or self.is_given_up:
            assert self.crew.due() is None
            return
        staff = (self.starting | self.serving) - self.told
        assert len(staff) <= self.size + 1
        assert len(staff) >= self.size or self.crew.due() is not None


TestAnyCrew = AnyCrew.TestCase
TestAnyCrew.settings = settings(max_examples=200, deadline=None)
