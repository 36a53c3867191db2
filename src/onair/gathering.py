"""What a transaction gathers, piece by piece, and hands over at once after its commit."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any, Generic, TypeVar

from django.db.backends.base.base import BaseDatabaseWrapper

from onair.commit import Held, held_by, hold_back, only_test_blocks, settle_connection

_T = TypeVar("_T")

#: Whether commits hand over what was gathered.
_are_released = False
_are_dropped = False

#: The id of a savepoint ends with its number in the connection.
_SAVEPOINT = re.compile(r"s\d+_x(\d+)")


class Gathering(Generic[_T]):
    """Gathers what belongs together, and hands it over once: after the commit of a database's transaction.

    What was gathered since a savepoint is dropped by a rollback to it. Where no transaction is open, or only
    those that a ``TestCase`` puts around a test, each thing is handed over at once. Transactions that are
    managed by hand (``set_autocommit(False)``) are waited for, until ``connection.commit()``.

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
        if connection.in_atomic_block and not only_test_blocks(connection):
            put(self._stretch(connection).content)
        elif not connection.in_atomic_block and not connection.get_autocommit():
            put(_ByHand.of(connection).stretch(self, self._make).content)
        else:
            if connection.in_atomic_block:
                settle_connection(connection)
            content = self._make()
            put(content)
            self._deliver(connection.alias, [content])

    def deliver(self, connection: BaseDatabaseWrapper, contents: list[_T]) -> None:
        """Hand over what was committed."""
        self._deliver(connection.alias, contents)

    def _stretch(self, connection: BaseDatabaseWrapper) -> _Stretch:
        """Return the stretch that the transaction is in, a new one behind a savepoint or another's action."""
        if connection.run_on_commit:
            entry = connection.run_on_commit[-1]
            last = getattr(entry[1], "__self__", None)
            same_savepoints = entry[0] == set(connection.savepoint_ids)
            if isinstance(last, _Stretch) and last.is_of(self) and same_savepoints:
                return last
        _release_with_commits()
        _drop_with_savepoints()
        stretch = _Stretch(connection, self, self._make())
        hold_back(connection, stretch)
        return stretch


class _Stretch(Held):
    """What was gathered in one stretch of a transaction."""

    def __init__(self, connection: BaseDatabaseWrapper, gathering: Gathering[Any], content: Any) -> None:
        self._connection = connection
        self._gathering: Gathering[Any] | None = gathering
        self._savepoints = connection.savepoint_state
        self.content = content

    def release(self) -> None:
        """Hand over this and all others of the transaction that are still there."""
        others = [held for held in held_by(self._connection) if isinstance(held, _Stretch)]
        _hand_over(self._connection, [self] if self not in others else others)

    def is_of(self, gathering: Gathering[Any]) -> bool:
        """Whether this can still be put into, for this gathering: no savepoint was made since it began."""
        return self._gathering is gathering and self._savepoints == self._connection.savepoint_state

    def is_since(self, savepoint: int) -> bool:
        """Whether it began after a savepoint, which is named by its number in the connection."""
        return self._savepoints >= savepoint

    def take(self) -> Gathering[Any] | None:
        """Return whose this is, only the first time."""
        gathering, self._gathering = self._gathering, None
        return gathering


class _ByHand:
    """A transaction that the code ends by itself, with ``connection.commit()`` or ``rollback()``.

    Where ``set_autocommit(True)`` ends one, the database commits it.
    """

    _ENDS = ("commit", "rollback", "close", "set_autocommit")
    _NAME = "_onair_by_hand"

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection
        self._stretches: list[_Stretch] = []
        for name in self._ENDS:
            setattr(connection, name, partial(self._end, name, getattr(connection, name)))

    @classmethod
    def of(cls, connection: BaseDatabaseWrapper) -> _ByHand:
        """Return the connection's transaction, one that begins now where there is none."""
        transaction: _ByHand | None = vars(connection).get(cls._NAME)
        if transaction is None:
            transaction = cls(connection)
            setattr(connection, cls._NAME, transaction)
            _drop_with_savepoints()
        return transaction

    @classmethod
    def stretches_of(cls, connection: BaseDatabaseWrapper) -> list[_Stretch]:
        """Return what the connection's transaction has gathered, nothing where there is none."""
        transaction: _ByHand | None = vars(connection).get(cls._NAME)
        return [] if transaction is None else transaction._stretches

    def stretch(self, gathering: Gathering[_T], make: Callable[[], _T]) -> _Stretch:
        """Return what is put into for this gathering."""
        for stretch in self._stretches:
            if stretch.is_of(gathering):
                return stretch
        self._stretches.append(_Stretch(self._connection, gathering, make()))
        return self._stretches[-1]

    def _end(self, name: str, end: Callable[..., object], *args: Any, **kwargs: Any) -> None:
        connection = self._connection
        end(*args, **kwargs)
        if name == "set_autocommit" and not connection.get_autocommit():
            return
        for attribute in (*self._ENDS, self._NAME):
            delattr(connection, attribute)
        if name in {"commit", "set_autocommit"}:
            _hand_over(connection, self._stretches)
        if name == "commit" and not connection.get_autocommit():
            # Who was told has read, and thereby begun a transaction: its code knows of none, and PostgreSQL
            # would not change the autocommit within one.
            connection.commit()


def _release_with_commits() -> None:
    """Let every commit hand over all stretches together, before Django runs what else waited for it.

    An action that raises keeps Django from running those behind it. Further calls do nothing.
    """
    global _are_released
    if _are_released:
        return
    _are_released = True
    run = BaseDatabaseWrapper.run_and_clear_commit_hooks

    def run_and_clear_commit_hooks(self: BaseDatabaseWrapper) -> None:
        if self.run_on_commit:
            first = next((held for held in held_by(self) if isinstance(held, _Stretch)), None)
            if first is not None:
                first.release()
        run(self)

    BaseDatabaseWrapper.run_and_clear_commit_hooks = run_and_clear_commit_hooks  # type: ignore[method-assign]


def _drop_with_savepoints() -> None:
    """Let every rollback to a savepoint drop what was gathered since. Further calls do nothing.

    Django forgets what waits since a savepoint only where an atomic block has made it, and not the code.
    """
    global _are_dropped
    if _are_dropped:
        return
    _are_dropped = True
    roll_back = BaseDatabaseWrapper.savepoint_rollback

    def savepoint_rollback(self: BaseDatabaseWrapper, sid: str) -> None:
        roll_back(self, sid)
        made_by_django = _SAVEPOINT.fullmatch(str(sid))
        if made_by_django is None:
            return
        held = [held for held in held_by(self) if isinstance(held, _Stretch)]
        for stretch in (*held, *_ByHand.stretches_of(self)):
            if stretch.is_since(int(made_by_django[1])):
                stretch.take()

    BaseDatabaseWrapper.savepoint_rollback = savepoint_rollback  # type: ignore[method-assign]


def _hand_over(connection: BaseDatabaseWrapper, stretches: list[_Stretch]) -> None:
    contents: dict[Gathering[Any], list[Any]] = {}
    for stretch in stretches:
        gathering = stretch.take()
        if gathering is not None:
            contents.setdefault(gathering, []).append(stretch.content)
    for gathering, gathered in contents.items():
        gathering.deliver(connection, gathered)
