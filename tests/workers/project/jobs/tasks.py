"""Celery's tasks."""

from __future__ import annotations

import os
import signal

from celery import Task, shared_task
from django.db import transaction

import onair
from jobs import work
from jobs.models import Note

publish = shared_task(work.publish, name="publish")
publish_in_a_transaction = shared_task(work.publish_in_a_transaction, name="publish_in_a_transaction")
publish_and_fail = shared_task(work.publish_and_fail, name="publish_and_fail")
publish_at_the_end = shared_task(work.publish_at_the_end, name="publish_at_the_end")


@shared_task(name="publish_and_retry", bind=True, max_retries=1)
def publish_and_retry(self: Task, name: str) -> None:
    """Fail the first time, after the event, inside the transaction."""
    with transaction.atomic():
        onair.publish("news", name)
        Note.objects.create(text=name)
        if not self.request.retries:
            raise self.retry(countdown=0)


@shared_task(name="publish_and_be_terminated")
def publish_and_be_terminated(name: str) -> None:
    """Get the signal that ``revoke(terminate=True)`` sends to the process of a running task."""
    work.publish_at_the_end(name)
    os.kill(os.getpid(), signal.SIGTERM)
