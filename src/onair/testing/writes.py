"""What the code of a test writes, as live pages hear of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import user_logged_out

from onair.changes import interest
from onair.changes.change import Commit
from onair.commit import settle
from onair.live.again import is_rendering
from onair.live.signals import revoked, touched


@dataclass(slots=True)
class Writes:
    """What was committed, touched and revoked while some code ran.

    Args:
        revoked: the primary keys of users, as text.
        logged_out: the same, of those who have logged out.
    """

    commits: list[Commit] = field(default_factory=list)
    topics: set[str] = field(default_factory=set)
    revoked: set[str] = field(default_factory=set)
    logged_out: set[str] = field(default_factory=set)


_open: list[Writes] = []


@contextmanager
def collected() -> Iterator[Writes]:
    """Collect what is written inside, by any thread; in a ``TestCase`` too, which commits nothing."""
    _listen()
    # What was written before, in a block whose end a TestCase does not see, is not this code's.
    settle()
    writes = Writes()
    _open.append(writes)
    try:
        yield writes
        settle()
    finally:
        _open.remove(writes)


def _listen() -> None:
    """Twice does no harm."""
    interest.listen(_committed)
    touched.connect(_touched, dispatch_uid="onair.testing")
    revoked.connect(_revoked, dispatch_uid="onair.testing")
    user_logged_out.connect(_logged_out, dispatch_uid="onair.testing")


def _committed(commit: Commit) -> None:
    if not _open or is_rendering() or not commit:
        return
    for writes in _open:
        writes.commits.append(commit)


def _touched(topic: str, **kwargs: Any) -> None:
    for writes in _open:
        writes.topics.add(topic)


def _revoked(user_pk: str, **kwargs: Any) -> None:
    for writes in _open:
        writes.revoked.add(user_pk)


def _logged_out(user: Any, **kwargs: Any) -> None:
    for writes in _open:
        if user is not None:
            writes.logged_out.add(str(user.pk))
