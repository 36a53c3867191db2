"""Telling live pages what no write to the database tells them."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from django.dispatch import Signal

from onair.commit import after_commit
from onair.embedded import handovers
from onair.live import elsewhere
from onair.live.signals import revoked, touched


def touch(topic: str, *, using: str | None = None) -> None:
    """Say that something outside of the database has changed: regions that follow the topic are made anew.

    It is told after the open transactions of this thread have committed, from any process of the site, and
    not at all when one of them rolls back. The call does not wait for the network.

    Args:
        topic: any text, such as ``"weather"``, which ``{% live on="weather" %}`` names.
        using: the only database whose transaction is waited for.

    Raises:
        TypeError: the topic is no text.
        ConnectionDoesNotExist: there is no database ``using``.
    """
    if not isinstance(topic, str):
        raise TypeError(f'A topic is a text, like "weather"; {topic!r} is none.')
    after_commit(partial(_tell, TOUCH, topic), using)


async def atouch(topic: str, *, using: str | None = None) -> None:
    """Say it from asynchronous code: :func:`touch` in the thread of its ORM, with its transactions."""
    await sync_to_async(touch, thread_sensitive=True)(topic, using=using)


def revoke(user: Any, *, using: str | None = None) -> None:
    """Look at once whether a user may still see the live pages that it has open.

    What the user may see is looked at with every rendering anyway, and after each write to what a page asked.
    This is for what no page can see in the database: a blocked account of another system, a closed session.

    Args:
        user: an instance of the user's model, or its primary key.
        using: the only database whose transaction is waited for.

    Raises:
        ValueError: the user has no primary key.
        ConnectionDoesNotExist: there is no database ``using``.
    """
    key = getattr(user, "pk", user)
    if key is None:
        raise ValueError("The user has no primary key: give one that was saved, or the key itself.")
    after_commit(partial(_tell, REVOKE, str(key)), using)


async def arevoke(user: Any, *, using: str | None = None) -> None:
    """Look from asynchronous code: :func:`revoke` in the thread of its ORM, with its transactions."""
    await sync_to_async(revoke, thread_sensitive=True)(user, using=using)


#: What these are called between processes, with what is sent there.
TOUCH, REVOKE = "touch", "revoke"
_SIGNALS: dict[str, tuple[Signal, str]] = {TOUCH: (touched, "topic"), REVOKE: (revoked, "user_pk")}


def install() -> None:
    """Take what other processes hand over, where this one has sockets."""
    for name in _SIGNALS:
        handovers.add(name, partial(_receive, name))


def _tell(name: str, value: str) -> None:
    are_others = elsewhere.is_possible()
    if are_others:
        elsewhere.hand_over(name, json.dumps(value).encode())
    if not are_others or elsewhere.is_here():
        _send(name, value)


def _receive(name: str, line: bytes) -> None:
    _send(name, str(json.loads(line)))


def _send(name: str, value: str) -> None:
    signal, argument = _SIGNALS[name]
    signal.send_robust(sender=None, **{argument: value})
