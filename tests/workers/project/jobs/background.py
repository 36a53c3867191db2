"""The tasks of ``django.tasks``."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings

from jobs import work

task = import_module(settings.TASKS_PACKAGE).task


@task
def publish(name: str) -> None:
    work.publish(name)


@task
def publish_in_a_transaction(name: str) -> None:
    work.publish_in_a_transaction(name)


@task
def publish_and_fail(name: str) -> None:
    work.publish_and_fail(name)


@task
def publish_at_the_end(name: str) -> None:
    work.publish_at_the_end(name)


@task(backend="immediate")
def publish_at_once(name: str) -> None:
    work.publish(name)
