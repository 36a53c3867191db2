"""The hooks of process pools. That their processes end through them is tested in tests/workers."""

from __future__ import annotations

import billiard
from celery.signals import worker_process_shutdown

from onair.publishing import ending


def test_celery_tells_that_a_child_ends_and_the_action_is_called_once_for_each_end() -> None:
    called: list[str] = []
    for _ in range(2):  # a child registers what its parent has registered
        ending.at_end_of_child(lambda: called.append("ended"))
    try:
        worker_process_shutdown.send(sender="a worker", pid=1, exitcode=0)
    finally:
        worker_process_shutdown.disconnect(dispatch_uid=ending._UID)
    assert called == ["ended"]


def _publish(answers: billiard.SimpleQueue[str]) -> None:
    ending.at_end_of_child(lambda: answers.put("ended"))


def test_a_process_of_billiard_calls_the_action_before_it_ends() -> None:
    context = billiard.get_context("spawn")
    answers = context.SimpleQueue()
    child = context.Process(target=_publish, args=(answers,))
    child.start()
    child.join()
    assert answers.get() == "ended"
