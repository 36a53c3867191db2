"""After the commit: an action waits for the open transactions of its thread, and is dropped with any of them.

Django's ``on_commit`` does this for one database. Here the action runs after the last of several has
committed, and not at all if one of them, or a savepoint around the action, was rolled back.

What belongs together can be gathered, and handed over once.

The atomic blocks that a ``TestCase`` puts around each test never commit, so they count as if they were not
there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import Atomic
from django.utils.connection import ConnectionDoesNotExist

Action = Callable[[], object]

_T = TypeVar("_T")


class _Held:
    """An action that so many transactions hold back."""

    def __init__(self, action: Action, transactions: int) -> None:
        self._action = action
        self._transactions = transactions

    def let_go(self) -> None:
        self._transactions -= 1
        if self._transactions == 0:
            self._action()


class _Hold:
    """One transaction's hold on an action."""

    def __init__(self, held: _Held) -> None:
        self._held: _Held | None = held

    def release(self) -> None:
        """Let go. Only the first call counts: in a test, both this module and the test may call it."""
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
        if _only_test_blocks(connection):
            _settle(connection)
        elif connection.atomic_blocks:
            waiting.append(connection)
    if not waiting:
        action()
        return
    held = _Held(action, len(waiting))
    for connection in waiting:
        _hold(connection, held)


class Gathering(Generic[_T]):
    """Gathers what belongs together, and hands it over once: after the commit of a database's transaction.

    What was gathered since a savepoint is dropped by a rollback to it. Where no transaction is open, each
    thing is handed over at once. Transactions that are managed by hand (``set_autocommit(False)``) are waited
    for, until ``connection.commit()``.

    Args:
        make: makes what is put into, for a stretch of a transaction between two savepoints.
        deliver: gets the database's alias, and all stretches that were committed, in their order. It must not
            raise.
    """

    def __init__(self, make: Callable[[], _T], deliver: Callable[[str, list[_T]], object]) -> None:
        self._make = make
        self._deliver = deliver

    def put(self, connection: BaseDatabaseWrapper, put: Callable[[_T], object]) -> None:
        """Let ``put`` add to what this connection's transaction has gathered so far."""
        if _only_test_blocks(connection):
            _settle(connection)
        elif connection.in_atomic_block:
            put(self._stretch(connection).content)
            return
        elif not connection.get_autocommit():
            put(_ByHand.of(connection).stretch(self, self._make).content)
            return
        content = self._make()
        put(content)
        self.deliver(connection, [content])

    def deliver(self, connection: BaseDatabaseWrapper, contents: list[_T]) -> None:
        """Hand over what was committed."""
        self._deliver(connection.alias, contents)

    def _stretch(self, connection: BaseDatabaseWrapper) -> _Stretch:
        """Return the stretch that the transaction is in, a new one behind a savepoint or another's action."""
        savepoints = set(connection.savepoint_ids)
        if connection.run_on_commit:
            entry = connection.run_on_commit[-1]
            last = entry[1]
            if isinstance(last, _Stretch) and last.is_of(self) and entry[0] == savepoints:
                return last
        stretch = _Stretch(connection, self, self._make())
        connection.on_commit(stretch, robust=True)
        if _is_of_test(connection):
            _watch(connection)
        _hand_over_with_commit(connection)
        return stretch


class _Stretch:
    """What was gathered in one stretch of a transaction.

    It lies among the actions that Django runs on commit: Django removes those of a rolled back savepoint.
    """

    def __init__(self, connection: BaseDatabaseWrapper, gathering: Gathering[Any], content: Any) -> None:
        self._connection = connection
        self._gathering: Gathering[Any] | None = gathering
        self.content = content

    def __call__(self) -> None:
        """Hand this over alone, where something else runs the actions (``captureOnCommitCallbacks``)."""
        _hand_over(self._connection, [self])

    def is_of(self, gathering: Gathering[Any]) -> bool:
        """Whether this can still be put into, for this gathering."""
        return self._gathering is gathering

    def take(self) -> Gathering[Any] | None:
        """Return whose this is, only the first time."""
        gathering, self._gathering = self._gathering, None
        return gathering


class _ByHand:
    """A transaction that the code ends by itself, with ``connection.commit()`` or ``rollback()``."""

    _ENDS = ("commit", "rollback", "close")
    _NAME = "_onair_by_hand"

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection
        self._stretches: list[_Stretch] = []
        for name in self._ENDS:
            setattr(connection, name, partial(self._end, name, getattr(connection, name)))

    @classmethod
    def of(cls, connection: BaseDatabaseWrapper) -> _ByHand:
        transaction: _ByHand | None = vars(connection).get(cls._NAME)
        if transaction is None:
            transaction = cls(connection)
            setattr(connection, cls._NAME, transaction)
        return transaction

    def stretch(self, gathering: Gathering[_T], make: Callable[[], _T]) -> _Stretch:
        for stretch in self._stretches:
            if stretch.is_of(gathering):
                return stretch
        self._stretches.append(_Stretch(self._connection, gathering, make()))
        return self._stretches[-1]

    def _end(self, name: str, end: Action) -> None:
        end()
        for attribute in (*self._ENDS, self._NAME):
            delattr(self._connection, attribute)
        if name == "commit":
            _hand_over(self._connection, self._stretches)


def settle() -> None:
    """In a test: run what waited for blocks that have ended inside the test's own."""
    for connection in _connections(None):
        if _only_test_blocks(connection):
            _settle(connection)


def in_test_case() -> bool:
    """Whether this thread is inside the atomic block of a ``TestCase``."""
    return any(_is_of_test(connection) for connection in _connections(None))


def _connections(using: str | None) -> list[BaseDatabaseWrapper]:
    if using is not None and using not in connections.settings:
        raise ConnectionDoesNotExist(f"The connection {using!r} doesn't exist. It is a key of DATABASES.")
    used = connections.all(initialized_only=True)
    return [connection for connection in used if using is None or connection.alias == using]


def _hold(connection: BaseDatabaseWrapper, held: _Held) -> None:
    hold = _Hold(held)
    connection.on_commit(hold.release, robust=True)
    if _is_of_test(connection):
        _watch(connection)


def _is_of_test(connection: BaseDatabaseWrapper) -> bool:
    blocks = connection.atomic_blocks
    return bool(blocks) and _is_test_block(blocks[0])


def _is_test_block(block: Atomic) -> bool:
    # TestCase marks its blocks so, that ``atomic(durable=True)`` may stand in them.
    return bool(getattr(block, "_from_testcase", False))


def _only_test_blocks(connection: BaseDatabaseWrapper) -> bool:
    return _is_of_test(connection) and all(map(_is_test_block, connection.atomic_blocks))


def _hand_over_with_commit(connection: BaseDatabaseWrapper) -> None:
    """Hand over all stretches together, when Django begins to run what waited for the commit."""
    if "run_and_clear_commit_hooks" in vars(connection):
        return

    def run_and_clear_commit_hooks() -> None:
        del connection.run_and_clear_commit_hooks
        _hand_over(connection, _stretches_of(connection))
        connection.run_and_clear_commit_hooks()

    connection.run_and_clear_commit_hooks = run_and_clear_commit_hooks  # type: ignore[method-assign]


def _stretches_of(connection: BaseDatabaseWrapper) -> list[_Stretch]:
    return [entry[1] for entry in connection.run_on_commit if isinstance(entry[1], _Stretch)]


def _hand_over(connection: BaseDatabaseWrapper, stretches: list[_Stretch]) -> None:
    contents: dict[Gathering[Any], list[Any]] = {}
    for stretch in stretches:
        gathering = stretch.take()
        if gathering is not None:
            contents.setdefault(gathering, []).append(stretch.content)
    for gathering, gathered in contents.items():
        gathering.deliver(connection, gathered)


def _watch(connection: BaseDatabaseWrapper) -> None:
    """In a test: notice the end of the code's outermost atomic block, which there is only a savepoint."""
    if "savepoint_commit" in vars(connection):
        return
    release_savepoint = connection.savepoint_commit

    def savepoint_commit(sid: str) -> None:
        release_savepoint(sid)
        if _only_test_blocks(connection):
            del connection.savepoint_commit
            _settle(connection)

    connection.savepoint_commit = savepoint_commit  # type: ignore[method-assign]


def _settle(connection: BaseDatabaseWrapper) -> None:
    """In a test: run what is left of the actions; a rollback to a savepoint has removed its own."""
    if connection.needs_rollback:
        return
    _hand_over(connection, _stretches_of(connection))
    for entry in list(connection.run_on_commit):
        hold = getattr(entry[1], "__self__", None)
        if isinstance(hold, _Hold):
            hold.release()
