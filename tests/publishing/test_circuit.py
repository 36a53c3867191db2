from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from onair.publishing.circuit import Circuit, Pace, State

PACE = Pace(first_pause=1, longest_pause=10, longest_wish=60, failures=3)


def failed(times: int, *, chance: float = 1.0) -> Circuit:
    """A circuit with so many failures in a row, the last of them at the time 0."""
    circuit = Circuit(PACE)
    for _ in range(times):
        assert circuit.begin(0, last=True)
        circuit.fail(0, chance=chance)
    return circuit


def test_at_first_it_is_closed_and_a_try_may_be_made() -> None:
    circuit = Circuit(PACE)
    assert (circuit.state, circuit.pause(0), circuit.begin(0)) == (State.CLOSED, 0, True)


def test_pauses_double_up_to_the_longest() -> None:
    assert [failed(times).pause(0) for times in range(1, 7)] == [1, 2, 4, 8, 10, 10]


def test_pauses_stay_numbers_however_often_it_fails() -> None:
    assert failed(2_000).pause(0) == 10


def test_chance_makes_a_pause_up_to_a_half_shorter() -> None:
    assert [failed(3, chance=chance).pause(0) for chance in (0, 0.5, 1)] == [2, 3, 4]


def test_no_try_is_made_before_the_pause_is_over() -> None:
    circuit = failed(1)
    assert [circuit.begin(now) for now in (0, 0.9)] == [False, False]
    assert circuit.begin(1)


def test_the_last_try_waits_for_no_pause() -> None:
    assert failed(5).begin(0, last=True)


def test_the_third_failure_opens_it() -> None:
    assert [failed(times).state for times in (1, 2, 3, 4)] == [
        State.CLOSED,
        State.CLOSED,
        State.OPEN,
        State.OPEN,
    ]


def test_only_one_probe_is_under_way_at_a_time() -> None:
    circuit = failed(3)
    assert circuit.begin(4)
    assert circuit.state is State.HALF_OPEN
    assert not circuit.begin(100)
    assert not circuit.begin(100, last=True)


def test_a_probe_that_fails_opens_it_again_for_longer() -> None:
    circuit = failed(3)
    circuit.begin(4)
    circuit.fail(5, chance=1)
    assert (circuit.state, circuit.pause(5)) == (State.OPEN, 8)


def test_a_probe_that_succeeds_closes_it_and_the_pauses_begin_anew() -> None:
    circuit = failed(6)
    circuit.begin(100)
    circuit.succeed()
    assert (circuit.state, circuit.pause(100)) == (State.CLOSED, 0)
    circuit.fail(100, chance=1)
    assert (circuit.state, circuit.pause(100)) == (State.CLOSED, 1)


def test_a_service_is_given_the_time_that_it_asks_for_but_not_any() -> None:
    for wish, pause in ((0.5, 1), (30, 30), (3_600, 60)):
        circuit = Circuit(PACE)
        circuit.fail(0, chance=1, wish=wish)
        assert circuit.pause(0) == pause


@given(st.lists(st.floats(0, 1)), st.floats(0, 1_000))
def test_a_pause_is_never_longer_than_the_longest(chances: list[float], wish: float) -> None:
    circuit = Circuit(PACE)
    for chance in chances:
        circuit.fail(0, chance=chance)
        assert 0 < circuit.pause(0) <= PACE.longest_pause
    circuit.fail(0, chance=0, wish=wish)
    assert circuit.pause(0) <= PACE.longest_wish


class Model(RuleBasedStateMachine):
    """One publisher's tries, in any order of time, success and failure."""

    def __init__(self) -> None:
        super().__init__()
        self.circuit = Circuit(PACE)
        self.now = 0.0
        self.under_way = False
        self.in_a_row = 0

    @rule(seconds=st.integers(0, 20))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @rule(last=st.booleans())
    def begin(self, last: bool) -> None:
        pause, state = self.circuit.pause(self.now), self.circuit.state
        begun = self.circuit.begin(self.now, last=last)
        assert begun == (state is not State.HALF_OPEN and (last or not pause))
        self.under_way = self.under_way or begun

    @precondition(lambda self: self.under_way)
    @rule()
    def succeed(self) -> None:
        self.circuit.succeed()
        self.under_way, self.in_a_row = False, 0
        assert self.circuit.pause(self.now) == 0

    @precondition(lambda self: self.under_way)
    @rule(chance=st.floats(0, 1), wish=st.integers(0, 100))
    def fail(self, chance: float, wish: float) -> None:
        self.circuit.fail(self.now, chance=chance, wish=wish)
        self.under_way = False
        self.in_a_row += 1

    @invariant()
    def it_is_open_exactly_after_three_failures(self) -> None:
        assert (self.circuit.state is not State.CLOSED) == (self.in_a_row >= PACE.failures)
        assert self.circuit.state is not State.HALF_OPEN or self.under_way

    @invariant()
    def it_is_tried_again_some_time(self) -> None:
        assert self.circuit.pause(self.now) <= PACE.longest_wish


TestModel = Model.TestCase
