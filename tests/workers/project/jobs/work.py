"""What the tasks and commands do, whoever runs them."""

from __future__ import annotations

import time

from django.db import transaction

import onair
from jobs.models import Note
from onair.publishing import dispatch


class Failed(Exception):
    """The work was not done."""


def publish(name: str) -> None:
    onair.publish("news", name)


def publish_in_a_transaction(name: str) -> None:
    with transaction.atomic():
        onair.publish("news", name)
        Note.objects.create(text=name)


def publish_and_fail(name: str) -> None:
    with transaction.atomic():
        onair.publish("news", name)
        raise Failed(name)


def publish_at_the_end(name: str) -> None:
    """Publish two events, the second of which leaves this process only when its end sends it."""
    onair.publish("news", f"before {name}")
    _let_sender_sleep()
    onair.publish("news", name)


def _let_sender_sleep() -> None:
    """Wait until the background thread has nothing to do, and let nothing wake it any more."""
    sender = dispatch._sender_of_process()
    while not sender._asleep:
        time.sleep(0.001)
    sender._asleep = False
