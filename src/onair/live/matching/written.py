"""The row changes of a commit, as far as they tell what each row was and is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Model

from onair.changes.change import Commit, Kind, RowChange
from onair.live.matching.values import Facts, facts

#: By model, the columns that rows nobody can name may have been updated in; None: any.
_Unsure = dict[type[Model], frozenset[str] | None]


class Written:
    """One row that was written, or several that nobody can name.

    ``is_any`` is whether it may be any row that was there before. ``before`` and ``after`` are what is known
    of it when the transaction began and when it ended, None where it was not there.
    """

    __slots__ = ("_columns", "_is_update", "after", "before", "is_any", "key", "model")

    def __init__(self, change: RowChange, unsure: frozenset[str] | None = frozenset()) -> None:
        self.model = change.model
        self.key: Any = change.key
        self.is_any = change.key is None and change.kind is not Kind.CREATED
        self._columns = change.columns
        self._is_update = change.kind is Kind.UPDATED
        now = _without(unsure, facts(change.values))
        self.before: Facts | None = _BEFORE[change.kind](change, now)
        self.after: Facts | None = None if change.kind is Kind.DELETED else now

    def touches(self, columns: frozenset[str] | None) -> bool:
        """Whether any of these columns may have changed; a row that comes or goes has all of them."""
        if not self._is_update:
            return True
        if columns is None or self._columns is None:
            return columns != frozenset() and self._columns != frozenset()
        return not self._columns.isdisjoint(columns)


def written_by(commit: Commit) -> Iterator[Written]:
    """Yield the rows that a commit changed."""
    unsure: _Unsure = {}
    for change in commit.rows:
        if change.key is None and change.kind is Kind.UPDATED:
            sooner = unsure.get(change.model, frozenset())
            both = None if sooner is None or change.columns is None else sooner | change.columns
            unsure[change.model] = both
    for change in commit.rows:
        # A named row is told once, for all that happened to it; what has no name may have come between.
        others = frozenset() if change.key is None else unsure.get(change.model, frozenset())
        yield Written(change, others)


def _without(columns: frozenset[str] | None, known: Facts) -> Facts:
    if not columns:
        return known if columns is not None else {}
    return {column: fact for column, fact in known.items() if column not in columns}


def _nothing(change: RowChange, now: Facts) -> Facts | None:
    return None


def _of_updated(change: RowChange, now: Facts) -> Facts:
    """What an update left as it was."""
    return _without(change.columns, now)


def _of_deleted(change: RowChange, now: Facts) -> Facts:
    """What a row was, less what the transaction changed before it deleted the row."""
    return now if change.columns is None else _without(change.columns, now)


def _of_link(change: RowChange, now: Facts) -> Facts:
    """A link without a key was as it is, if it was there; of other rows nothing is known."""
    return now if change.key is None and change.model._meta.auto_created else {}


_BEFORE = {
    Kind.CREATED: _nothing,
    Kind.UPDATED: _of_updated,
    Kind.DELETED: _of_deleted,
    Kind.CHANGED: _of_link,
}
