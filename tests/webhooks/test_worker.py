"""A worker at the end of its process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.webhooks.receiver import Receiver

SOURCE = Path(__file__).resolve().parents[2] / "src"

#: Python 3.12 starts no thread once the interpreter has begun to end; here no Python does.
SCRIPT = """
import atexit, sys, threading, time
from onair.protocol.app import App, Credential, Webhook
from onair.protocol.notices import ChannelVacated
from onair.webhooks.endpoint import Endpoint
from onair.webhooks.schedule import Pace

endpoint = Endpoint(App("42", (Credential("a-key", "a-secret"),)), Webhook(url=sys.argv[1]), Pace())

def refuse(thread):
    raise RuntimeError("can't create new thread at interpreter shutdown")

def end():
    threading.Thread.start = refuse
    endpoint.put(ChannelVacated("presence-a"))
    endpoint.end(time.monotonic() + 10)
    endpoint.join()

atexit.register(end)
"""


def test_what_comes_while_the_interpreter_ends_is_passed_on_without_a_thread(receiver: Receiver) -> None:
    command = [sys.executable, "-c", SCRIPT, receiver.url]
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert receiver.next().events == [{"name": "channel_vacated", "channel": "presence-a"}]
    assert not done.stderr
