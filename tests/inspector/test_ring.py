from __future__ import annotations

from onair.inspector.record import Stage, Step
from onair.inspector.ring import Ring

PUBLISHED = Step(Stage.PUBLISHED, 1.0)
SENT = Step(Stage.SENT, 2.0)


def test_the_newest_event_comes_first() -> None:
    ring = Ring("p")
    for name in ("one", "two"):
        ring.add(name, ("a",), "{}", PUBLISHED)
    assert [trace.name for trace in ring.traces()] == ["two", "one"]


def test_an_event_comes_further() -> None:
    ring = Ring("p")
    number = ring.add("one", ("a",), "{}", PUBLISHED)
    ring.go_on(number, SENT)
    assert ring.traces()[0].steps == (PUBLISHED, SENT)


def test_the_oldest_event_is_forgotten_and_comes_no_further() -> None:
    ring = Ring("p", most=2)
    numbers = [ring.add(name, ("a",), "{}", PUBLISHED) for name in ("one", "two", "three")]
    ring.go_on(numbers[0], SENT)
    assert [trace.name for trace in ring.traces()] == ["three", "two"]


def test_the_traces_have_no_data_until_it_is_asked_for() -> None:
    ring = Ring("p")
    ring.add("one", ("a",), '{"n": 1}', PUBLISHED)
    (trace,) = ring.traces()
    assert trace.data is None
    found = ring.with_data(trace.id)
    assert found is not None
    assert found.data == '{"n": 1}'


def test_the_data_of_the_oldest_is_forgotten_before_too_many_bytes_are_kept() -> None:
    ring = Ring("p", most_bytes=10)
    for name in ("one", "two", "three"):
        ring.add(name, ("a",), "12345", PUBLISHED)
    kept = [ring.with_data(trace.id) for trace in ring.traces()]
    assert [trace and (trace.name, trace.data) for trace in kept] == [
        ("three", "12345"),
        ("two", "12345"),
        ("one", None),
    ]


def test_data_that_is_too_large_alone_is_not_kept() -> None:
    ring = Ring("p", most_bytes=10)
    ring.add("one", ("a",), "x" * 11, PUBLISHED)
    (trace,) = ring.traces()
    assert trace.size == 11
    found = ring.with_data(trace.id)
    assert found is not None
    assert found.data is None


def test_an_id_of_another_process_is_not_known() -> None:
    ring = Ring("p")
    ring.add("one", ("a",), "{}", PUBLISHED)
    assert [ring.with_data(text) for text in ("q-1", "p-2", "p-", "p-x", "", "p")] == [None] * 6


def test_every_step_makes_another_version() -> None:
    ring = Ring("p")
    versions = [ring.version]
    number = ring.add("one", ("a",), "{}", PUBLISHED)
    versions.append(ring.version)
    ring.go_on(number, SENT)
    versions.append(ring.version)
    assert len(set(versions)) == 3


def test_two_that_are_alike_have_one_digest_and_encrypted_ones_none() -> None:
    ring = Ring("p")
    ring.add("one", ("a",), "{}", PUBLISHED)
    ring.add("one", ("b",), "{}", PUBLISHED)
    ring.add("one", ("a",), "[]", PUBLISHED)
    ring.add("one", ("private-encrypted-a",), "{}", PUBLISHED)
    encrypted, other, *alike = [trace.digest for trace in ring.traces()]
    assert alike[0] == alike[1] != other
    assert encrypted == ""
