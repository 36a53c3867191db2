"""The life of a process: its end and its forks. Each script is a site of its own that is no test."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Callable
from contextlib import closing

import pytest

from onair import conf
from tests.publishing.receiver import PATIENCE, Receiver, Request

Python = Callable[..., "subprocess.CompletedProcess[str]"]


def names(receiver: Receiver, number: int) -> list[str]:
    return [event["name"] for event in receiver.events(number)]


def test_a_script_that_ends_at_once_loses_nothing_and_keeps_the_order(
    python: Python, receiver: Receiver
) -> None:
    python("for n in range(500): onair.publish('room', str(n))", URL=receiver.url)
    assert names(receiver, 500) == [str(n) for n in range(500)]
    assert receiver.requests.empty()


def test_a_script_that_ends_by_an_error_loses_nothing(python: Python, receiver: Receiver) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        python("onair.publish('room', 'last words')\nraise SystemExit(3)", URL=receiver.url)
    assert names(receiver, 1) == ["last words"]


def test_an_event_for_the_server_in_this_process_does_not_overtake_what_waits(python: Python) -> None:
    script = """
import threading
from onair.engines import local
from onair.publishing import dispatch
done, gate = [], threading.Event()
def publish_soon(app_id, publications):
    done.extend(publication.event for publication in publications)
local.register("1", publish_soon, lambda *asked: [])
dispatch.call(lambda: (gate.wait(10), done.append("call")), label="a call")
onair.publish("room", "event")
gate.set()
dispatch._drain()
print(done)
"""
    result = python(script)
    assert result.stdout == "['call', 'event']\n", result.stderr


def test_an_event_of_another_exit_handler_is_sent(python: Python, receiver: Receiver) -> None:
    script = """
import atexit
atexit.register(onair.publish, "room", "runs after the drain")
onair.publish("room", "first")
atexit.register(onair.publish, "room", "runs before the drain")
"""
    result = python(script, URL=receiver.url)
    assert names(receiver, 3) == ["first", "runs before the drain", "runs after the drain"]
    assert result.stderr == ""


def test_an_exit_handler_may_publish_the_first_event(python: Python, receiver: Receiver) -> None:
    script = """
import atexit
def publish(name):
    onair.publish("room", name)
atexit.register(publish, "last")  # before onair.publishing is imported, so it runs after the drain
onair.publish
atexit.register(publish, "first")
"""
    result = python(script, URL=receiver.url)
    assert names(receiver, 2) == ["first", "last"]
    assert result.stderr == ""


def test_publishing_does_not_wait_for_the_server(python: Python, receiver: Receiver) -> None:
    """The server answers only when the script has gone on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.settimeout(PATIENCE)

        def answer(request: Request) -> int:
            connection, _ = listener.accept()
            connection.close()
            return 200

        receiver.answer = answer
        port = listener.getsockname()[1]
        script = f"""
import socket
onair.publish("room", "1")
socket.create_connection(("127.0.0.1", {port})).close()
"""
        python(script, URL=receiver.url)
        assert names(receiver, 1) == ["1"]


def test_the_batch_of_a_transaction_leaves_in_one_request(python: Python, receiver: Receiver) -> None:
    script = """
from django.db import transaction
with transaction.atomic(), onair.batch():
    for n in range(5):
        onair.publish("room", str(n))
"""
    python(script, URL=receiver.url)
    assert [event["name"] for event in receiver.next().events] == ["0", "1", "2", "3", "4"]


def test_a_rollback_sends_nothing(python: Python, receiver: Receiver) -> None:
    script = """
from django.db import transaction
try:
    with transaction.atomic():
        onair.publish("room", "of the rollback")
        raise ValueError
except ValueError:
    onair.publish("room", "after it")
"""
    python(script, URL=receiver.url)
    assert names(receiver, 1) == ["after it"]
    assert receiver.requests.empty()


def test_a_forked_child_begins_with_an_empty_queue_and_sends_by_itself(
    python: Python, receiver: Receiver
) -> None:
    script = """
from onair.publishing import dispatch
onair.publish("room", "parent 1")
dispatch._sender._delivering.acquire()  # as if the parent were sending in the moment of the fork
dispatch._sender._lock.acquire()
onair.publish("room", "parent 2")
child = os.fork()
if child == 0:
    assert stats.read() == stats.Stats()
    onair.publish("room", "child")
    raise SystemExit(0)
dispatch._sender._lock.release()
dispatch._sender._delivering.release()
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
onair.publish("room", "parent 3")
"""
    script = "import warnings; warnings.simplefilter('ignore', DeprecationWarning)\n" + script
    python(script, URL=receiver.url)
    arrived = names(receiver, 4)
    assert [name for name in arrived if name.startswith("parent")] == ["parent 1", "parent 2", "parent 3"]
    assert arrived.count("child") == 1
    assert receiver.requests.empty()


def test_a_child_that_is_forked_while_the_server_is_silent_gives_up_as_its_parent_does(
    python: Python,
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        script = """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)
onair.publish("room", "of the parent")
child = os.fork()
onair.publish("room", "of both")
if child:
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""
        result = python(
            script,
            URL=f"http://key:secret@127.0.0.1:{silent.getsockname()[1]}/apps/1",
            DRAIN_TIMEOUT=0.05,
        )
    of_child, of_parent = result.stderr.splitlines()
    assert "Read timed out. (read timeout=0.0" in of_child
    assert 'ONAIR["DRAIN_TIMEOUT"]' in of_parent


def test_a_process_of_multiprocessing_loses_nothing(python: Python, receiver: Receiver) -> None:
    script = """
import multiprocessing
def work(name):
    onair.publish("room", name)
process = multiprocessing.get_context("fork").Process(target=work, args=["child"])
process.start()
process.join()
assert process.exitcode == 0
onair.publish("room", "parent")
"""
    python(script, URL=receiver.url)
    assert names(receiver, 2) == ["child", "parent"]


def test_an_outage_is_one_line_in_the_log_and_raises_nothing(python: Python, receiver: Receiver) -> None:
    receiver.answer = lambda request: 503
    script = "for n in range(30): onair.publish('room', str(n))"
    result = python(script, URL=receiver.url)
    assert "answered 503" in result.stderr
    assert "a-secret" not in result.stderr
    assert result.stderr.count("answered 503") == 1


@pytest.mark.parametrize("bound", [{"QUEUE_EVENTS": 5}, {"QUEUE_SIZE": 5 * len("null")}], ids=list)
def test_the_queue_is_bounded_by_the_settings(
    bound: dict[str, int], python: Python, receiver: Receiver
) -> None:
    script = """
from onair.publishing import dispatch
with dispatch._sender_of_process()._lock:  # so that the sender takes nothing meanwhile
    for n in range(20):
        onair.publish("room", str(n))
print(stats.read().dropped)
"""
    result = python(script, URL=receiver.url, **bound)
    assert result.stdout == "15\n"
    assert 'ONAIR["QUEUE_EVENTS"]' in result.stderr
    assert names(receiver, 5) == ["15", "16", "17", "18", "19"]


def test_the_end_of_a_process_waits_for_a_slow_server_as_long_as_the_settings_say(
    python: Python, receiver: Receiver
) -> None:
    ended = threading.Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.settimeout(PATIENCE)

        def answer(request: Request) -> int:
            connection, _ = listener.accept()
            connection.close()
            assert ended.wait(3 * PATIENCE)
            return 200

        receiver.answer = answer
        script = f"""
import atexit, socket, time
# Before onair.publishing is imported, so it runs after the drain.
atexit.register(lambda: print(time.monotonic() - ended))
onair.publish("room", "under way")
with socket.create_connection(("127.0.0.1", {listener.getsockname()[1]})) as connection:
    connection.recv(1)  # the server has the request
onair.publish("room", "too late")
ended = time.monotonic()
"""
        result = python(script, URL=receiver.url, DRAIN_TIMEOUT=0.05)
        ended.set()
    assert "1 event was lost" in result.stderr
    assert 'ONAIR["DRAIN_TIMEOUT"]' in result.stderr
    assert float(result.stdout) < conf.Settings.DRAIN_TIMEOUT / 2


def test_the_server_in_this_process_gets_events_without_a_thread(python: Python) -> None:
    script = """
from onair.engines import local
got = []
local.register("1", lambda app_id, publications: got.extend(p.event for p in publications))
onair.publish("room", "1")
with onair.batch():
    onair.publish("room", "2")
    onair.publish("room", "3")
print(got, [thread.name for thread in threading.enumerate()], stats.read().sent)
"""
    assert python(script).stdout == "['1', '2', '3'] ['MainThread'] 3\n"
