"""The routes of what is sent on the thread that asks for it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from onair.publishing import at_once
from tests.redis_server import RedisServer

Python = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(autouse=True)
def none_idle() -> None:
    at_once._idle.clear()


def test_routes_are_used_again_and_never_by_two_at_once() -> None:
    with at_once.routes() as first, at_once.routes() as second:
        assert first is not second
    with at_once.routes() as again, at_once.routes() as more:
        assert {first, second} == {again, more}


def test_no_more_are_kept_than_are_used_as_a_rule() -> None:
    with ExitStack() as stack:
        made = {stack.enter_context(at_once.routes()) for _ in range(at_once.MOST_IDLE + 2)}
    assert len(made) == at_once.MOST_IDLE + 2
    assert len(at_once._idle) == at_once.MOST_IDLE


HAND_OVER = """
from onair.publishing import dispatch
for n in range(5):
    dispatch.hand_over_now("live", b"a line")
"""


def test_what_is_handed_over_one_by_one_leaves_one_publisher_behind(
    python: Python, redis_server: RedisServer
) -> None:
    python(HAND_OVER, URL=redis_server.url)
    keys = redis_server.cli("KEYS", "*").splitlines()
    assert [key for key in keys if "publisher" in key] == keys
    assert len(keys) == 1


def test_a_child_of_a_fork_has_routes_of_its_own() -> None:
    with at_once.routes():
        pass
    child = os.fork()
    if child == 0:
        os._exit(len(at_once._idle))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
