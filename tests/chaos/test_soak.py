"""When pages have come and gone, nothing of them is left. How much memory that takes is for the long run."""

from __future__ import annotations

import asyncio
import sys

import pytest

from benchmarks.soak.run import Effort, run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads Linux's account of a process")

SHORT = Effort(warm=3, seconds=6, pages=60, rate=60, look=1, history=1, patience=60)


def test_what_pages_leave_behind_does_not_grow_with_them() -> None:
    outcome = asyncio.run(run(SHORT, seed=7))
    assert outcome.done.pages > SHORT.pages
    assert outcome.left == []
