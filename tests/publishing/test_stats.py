from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable

from onair.publishing import stats
from onair.publishing.stats import Stats
from tests.publishing.conftest import Counting


def test_events_are_counted_from_every_thread(counted: Counting) -> None:
    def count() -> None:
        for _ in range(1_000):
            stats.add(sent=1, dropped=2)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted() == Stats(sent=4_000, failed=0, dropped=8_000)


def test_a_forked_child_counts_its_own() -> None:
    stats.add(failed=1)
    child = os.fork()
    if child == 0:
        os._exit(0 if stats.read() == Stats() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_signals_handler_may_count_while_its_thread_counts(
    python: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    python(
        "import signal\n"
        "signal.signal(signal.SIGALRM, lambda *_: stats.add(sent=1))\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)\n"
        "for _ in range(100_000): stats.add(sent=1)\n"
        "signal.setitimer(signal.ITIMER_REAL, 0)\n"
    )
