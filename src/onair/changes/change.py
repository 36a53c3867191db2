"""What was written to the database: rows, as far as they are known, and what one transaction did to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.db.models import Model

from onair.changes.ids import ChangeId, new_id

Found = tuple["tuple[RowChange, ...]", frozenset[type[Model]]]


class Kind(Enum):
    """What happened to a row. ``CHANGED`` is a write that may have made it or not: an upsert."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row of one table.

    ``model`` is the concrete model of the table itself: a parent's where a child was saved, the model behind
    a many-to-many field. ``key`` is the row's primary key, None where it is not known. ``columns`` are the
    attribute names of what an update may have changed; None is any. Of a deleted row they are what its
    transaction changed before, None where that is nothing. ``values`` has what is known of the row by its
    attribute names: as it is after the write, or as a deleted row was before it. ``exclude`` is the socket of
    who wrote, where it is to be spared.
    """

    model: type[Model]
    kind: Kind
    key: Any = None
    columns: frozenset[str] | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    exclude: str | None = None


class Commit:
    """What one transaction changed.

    Args:
        using: the alias of its database.
        rows: each row once, in the order of their first write.
        tables: those of which rows have changed that nobody can name, or too many to name them.
        silent: whether its code said that it is nobody's news. What shows the rows has changed all the same.
        id: that of a commit that another process has told; else it gets one as soon as somebody asks.
    """

    __slots__ = ("_found", "_ids", "_look", "silent", "using")

    def __init__(
        self,
        using: str,
        rows: Iterable[RowChange] = (),
        tables: Iterable[type[Model]] = (),
        *,
        silent: bool = False,
        id: ChangeId | None = None,  # noqa: A002 (as its property)
    ) -> None:
        self.using = using
        self.silent = silent
        self._ids = [] if id is None else [id]
        self._found: Found | None = (tuple(rows), frozenset(tables))
        self._look: Callable[[], Found] | None = None

    @classmethod
    def of(cls, using: str, look: Callable[[], Found], *, silent: bool = False) -> Commit:
        """Return a commit that is looked into as soon as somebody wants to know: perhaps nobody does."""
        commit = cls(using, silent=silent)
        commit._found, commit._look = None, look
        return commit

    @property
    def id(self) -> ChangeId:
        """What tells it from other commits, in every process. Two with the same rows are two commits.

        Not to be asked for before it has happened.
        """
        if not self._ids:
            self._ids.append(new_id())
        return self._ids[0]  # of threads that ask at the same moment, all get what came first

    @property
    def rows(self) -> tuple[RowChange, ...]:
        return self._looked()[0]

    @property
    def tables(self) -> frozenset[type[Model]]:
        return self._looked()[1]

    def __bool__(self) -> bool:
        """Whether anything is left of what was written: a row that came and went is nothing."""
        return any(self._looked())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Commit):
            return NotImplemented
        ours, theirs = (self.using, self.silent), (other.using, other.silent)
        return ours == theirs and self._looked() == other._looked()

    def __repr__(self) -> str:
        silent = ", silent=True" if self.silent else ""
        return f"Commit({self.using!r}, rows={self.rows!r}, tables={set(self.tables)!r}{silent})"

    def _looked(self) -> Found:
        if self._found is None:
            assert self._look is not None, "a commit has been looked into, or can be"
            self._found, self._look = self._look(), None
        return self._found
