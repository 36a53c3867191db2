from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from onair.changes.ids import new_id


def test_what_changes_later_has_a_higher_number() -> None:
    ids = [new_id() for _ in range(3)]
    assert ids == sorted(set(ids))
    assert len({each.process for each in ids}) == 1


def test_no_two_threads_get_the_same() -> None:
    with ThreadPoolExecutor(4) as threads:
        ids = list(threads.map(lambda _: new_id(), range(1000)))
    assert len(set(ids)) == 1000


def test_the_child_of_a_fork_is_another_process() -> None:
    here = new_id()
    reading, writing = os.pipe()
    if not (child := os.fork()):
        there = new_id()
        os.write(writing, f"{there.process} {there.number}".encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as pipe:
        process, number = pipe.read().split()
    assert process != here.process
    assert number == "1"
