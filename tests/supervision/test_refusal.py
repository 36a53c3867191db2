"""When a server cannot be several processes, and what is said then."""

from __future__ import annotations

import pytest

from onair.supervision.refusal import refusal

#: Workers, whether there is an engine, the system, and what is said.
CASES = [
    (1, False, "linux", None),
    (1, False, "win32", None),
    (2, True, "linux", None),
    (2, True, "darwin", None),
    (2, False, "linux", "an event would reach the clients of one alone"),
    (2, False, "linux", "the remedy"),
    (2, True, "win32", "Serve with one worker"),
    (2, False, "win32", "Serve with one worker"),
]


@pytest.mark.parametrize(("workers", "has_engine", "platform", "said"), CASES)
def test_workers_share_a_socket_and_an_engine_or_are_refused(
    workers: int, has_engine: bool, platform: str, said: str | None
) -> None:
    reason = refusal(workers, has_engine=has_engine, remedy="the remedy", platform=platform)
    assert (reason is None) if said is None else (reason is not None and said in reason)
