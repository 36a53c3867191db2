"""Telling live pages what no write to the database tells them."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from asgiref.sync import sync_to_async

from onair.changes.ids import ChangeId, new_id
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
    after_commit(partial(_tell_touch, topic), using)


async def atouch(topic: str, *, using: str | None = None) -> None:
    """Say it from asynchronous code: :func:`touch` in the thread of its ORM, with its transactions."""
    await sync_to_async(touch, thread_sensitive=True)(topic, using=using)


def revoke(user: Any, *, using: str | None = None) -> None:
    """Look at once whether a user may still see the live pages that it has open.

    What the user may see is looked at after each write to what a page asked. This is for what no page can see
    in the database: a blocked account of another system, a closed session.

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
    after_commit(partial(_tell_revoke, str(key)), using)


async def arevoke(user: Any, *, using: str | None = None) -> None:
    """Look from asynchronous code: :func:`revoke` in the thread of its ORM, with its transactions."""
    await sync_to_async(revoke, thread_sensitive=True)(user, using=using)


#: What these are called between processes.
TOUCH, REVOKE = "touch", "revoke"


def install() -> None:
    """Take what other processes hand over, where this one has sockets."""
    handovers.add(TOUCH, _receive_touch)
    handovers.add(REVOKE, _receive_revoke)


def _tell_touch(topic: str) -> None:
    number = new_id()
    if _tell(TOUCH, [topic, *number]):
        touched.send_robust(sender=None, topic=topic, number=number)


def _receive_touch(line: bytes) -> None:
    topic, process, number = json.loads(line)
    touched.send_robust(sender=None, topic=topic, number=ChangeId(process, number))


def _tell_revoke(user_pk: str) -> None:
    if _tell(REVOKE, user_pk):
        revoked.send_robust(sender=None, user_pk=user_pk)


def _receive_revoke(line: bytes) -> None:
    revoked.send_robust(sender=None, user_pk=json.loads(line))


def _tell(name: str, value: Any) -> bool:
    """Tell the other processes, if there may be any. Returns whether this one is to hear of it."""
    are_others = elsewhere.is_possible()
    if are_others:
        elsewhere.hand_over(name, json.dumps(value).encode())
    return not are_others or elsewhere.is_here()
