"""Actions among the events: their order, their errors, and the end of a process."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import TestCase

from onair import publish
from onair.publishing import dispatch
from onair.publishing.call import Call, Events, runs
from onair.publishing.capture import captured
from onair.publishing.stats import Stats
from tests.publishing import project_test
from tests.publishing.conftest import Counting, outgoing
from tests.publishing.receiver import Receiver

pytestmark = pytest.mark.django_db(databases=["default", "other"])

Python = Callable[..., "subprocess.CompletedProcess[str]"]


def test_in_a_test_it_runs_on_the_calling_thread_before_call_returns(counted: Counting) -> None:
    ran: list[threading.Thread] = []
    dispatch.call(lambda: ran.append(threading.current_thread()), label="The call")
    assert ran == [threading.current_thread()]
    assert counted() == Stats(sent=1)


def test_in_a_test_case_it_runs_with_the_codes_commit() -> None:
    def test(case: TestCase) -> None:
        ran: list[int] = []
        with transaction.atomic():
            dispatch.call(lambda: ran.append(1), label="The call")
            assert ran == []
        assert ran == [1]

    project_test.run(test)


def test_a_rollback_drops_it() -> None:
    def test(case: TestCase) -> None:
        ran: list[int] = []
        with transaction.atomic():
            dispatch.call(lambda: ran.append(1), label="The call")
            transaction.set_rollback(True)
        assert ran == []

    project_test.run(test)


def test_an_error_is_logged_with_the_label_and_counted(
    counted: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ValueError("no such channel")

    dispatch.call(fail, label="The provider's call for article.create")
    [record] = caplog.records
    assert (
        "The provider's call for article.create failed: ValueError('no such channel')" in record.getMessage()
    )
    assert record.exc_info
    assert counted() == Stats(failed=1)


def test_what_collects_events_lets_calls_run() -> None:
    ran: list[int] = []
    with captured() as events:
        publish("room", "1")
        dispatch.call(lambda: ran.append(len(events)), label="The call")
    assert ran == [1]


def test_the_events_between_two_calls_stay_together() -> None:
    one, two = Call(print, "1"), Call(print, "2")
    events: list[Any] = [outgoing(str(number)) for number in range(4)]
    assert runs([*events[:2], one, two, *events[2:]]) == [Events(events[:2]), one, two, Events(events[2:])]
    assert runs([]) == []


SCRIPT = """
import threading
from onair.publishing import dispatch
onair.publish("room", "1")
dispatch.call(lambda: print("2", threading.current_thread().name, flush=True), label="The call")
onair.publish("room", "3")
{end}
"""


def test_a_process_that_ends_has_done_it(python: Python, receiver: Receiver) -> None:
    result = python(SCRIPT.format(end=""), URL=receiver.url)
    assert result.stdout.startswith("2 ")
    assert [event["name"] for event in receiver.events(2)] == ["1", "3"]


def test_it_runs_on_the_background_sender_even_beside_a_server_of_this_process(python: Python) -> None:
    script = """
import threading
from onair.engines import local
from onair.publishing import dispatch
done = threading.Event()
seen = []
local.register("1", lambda app_id, publications: seen.extend(p.event for p in publications))
onair.publish("room", "1")
def act():
    seen.append(threading.current_thread().name)
dispatch.call(act, label="The call")
onair.publish("room", "3")
dispatch.call(done.set, label="The end")
assert done.wait(10)
print(seen)
"""
    assert python(script).stdout == "['1', 'onair-sender', '3']\n"


def test_it_waits_for_the_commit_and_the_batch(python: Python, receiver: Receiver) -> None:
    script = """
from django.db import transaction
from onair.publishing import dispatch
with transaction.atomic(), onair.batch():
    onair.publish("room", "1")
    dispatch.call(lambda: print("2"), label="The call")
    print("before the commit")
"""
    assert python(script, URL=receiver.url).stdout == "before the commit\n2\n"
