"""After the commit: an action waits for the open transactions of its thread, and is dropped with any of them.

Django's ``on_commit`` does this for one database. Here the action runs after the last of several has
committed, and not at all if one of them, or a savepoint around the action, was rolled back.

The atomic blocks that a ``TestCase`` puts around each test never commit, so they count as if they were not
there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import Atomic
from django.utils.connection import ConnectionDoesNotExist

Action = Callable[[], object]


class Held(ABC):
    """What waits for a commit. Its ``release`` lies among the actions that Django runs then.

    Django removes those of a savepoint that is rolled back.
    """

    @abstractmethod
    def release(self) -> None:
        """Let go. Only the first call counts: in a test, both this module and the test may call it."""


class _Shared:
    """An action that so many transactions hold back."""

    def __init__(self, action: Action, transactions: int) -> None:
        self._action = action
        self._transactions = transactions

    def let_go(self) -> None:
        self._transactions -= 1
        if self._transactions == 0:
            self._action()


class _Hold(Held):
    """One transaction's hold on an action."""

    def __init__(self, held: _Shared) -> None:
        self._held: _Shared | None = held

    def release(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.let_go()


def after_commit(action: Action, using: str | None = None) -> None:
    """Run the action after the open transactions of this thread have committed, at once where there are none.

    A database that this thread has not used is not looked at, so that no connection is opened. Transactions
    that are managed by hand (``set_autocommit(False)``) are not waited for.

    Args:
        action: called without arguments; it must not raise.
        using: the only database whose transaction counts.

    Raises:
        ConnectionDoesNotExist: there is no database ``using``.
    """
    waiting = []
    for connection in _connections(using):
        if only_test_blocks(connection):
            settle_connection(connection)
        elif connection.atomic_blocks:
            waiting.append(connection)
    if not waiting:
        action()
        return
    held = _Shared(action, len(waiting))
    for connection in waiting:
        hold_back(connection, _Hold(held))


def settle() -> None:
    """In a test: run what waited for blocks that have ended inside the test's own."""
    for connection in _connections(None):
        if only_test_blocks(connection):
            settle_connection(connection)


def in_test_case() -> bool:
    """Whether this thread is inside the atomic block of a ``TestCase``."""
    return any(_is_of_test(connection) for connection in _connections(None))


def _connections(using: str | None) -> list[BaseDatabaseWrapper]:
    if using is not None and using not in connections.settings:
        raise ConnectionDoesNotExist(f"The connection {using!r} doesn't exist. It is a key of DATABASES.")
    used = connections.all(initialized_only=True)
    return [connection for connection in used if using is None or connection.alias == using]


def hold_back(connection: BaseDatabaseWrapper, held: Held) -> None:
    """Release what is held when the open transaction of a connection has committed."""
    connection.on_commit(held.release, robust=True)
    if _is_of_test(connection):
        _watch(connection)


def held_by(connection: BaseDatabaseWrapper) -> list[Held]:
    """Return what the open transaction of a connection holds back, in its order."""
    owners = [getattr(entry[1], "__self__", None) for entry in connection.run_on_commit]
    return [owner for owner in owners if isinstance(owner, Held)]


def only_test_blocks(connection: BaseDatabaseWrapper) -> bool:
    """Whether the connection's only transactions are those that a ``TestCase`` puts around a test."""
    return _is_of_test(connection) and all(map(_is_test_block, connection.atomic_blocks))


def settle_connection(connection: BaseDatabaseWrapper) -> None:
    """In a test: run what is left of the actions; a rollback to a savepoint has removed its own."""
    if connection.needs_rollback:
        return
    for held in held_by(connection):
        held.release()


def _is_of_test(connection: BaseDatabaseWrapper) -> bool:
    blocks = connection.atomic_blocks
    return bool(blocks) and _is_test_block(blocks[0])


def _is_test_block(block: Atomic) -> bool:
    # TestCase marks its blocks so, that ``atomic(durable=True)`` may stand in them.
    return bool(getattr(block, "_from_testcase", False))


def _watch(connection: BaseDatabaseWrapper) -> None:
    """In a test: notice the end of the code's outermost atomic block, which there is only a savepoint."""
    if "savepoint_commit" in vars(connection):
        return
    release_savepoint = connection.savepoint_commit

    def savepoint_commit(sid: str) -> None:
        release_savepoint(sid)
        if only_test_blocks(connection):
            del connection.savepoint_commit
            settle_connection(connection)

    connection.savepoint_commit = savepoint_commit  # type: ignore[method-assign]
