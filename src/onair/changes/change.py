"""What was written to the database: rows, as far as they are known, and what one transaction did to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.db.models import Model


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
    attribute names of what an update may have changed; None is any. ``values`` has what is known of the row
    by attribute name: as it is after the write, or as a deleted row was before. ``exclude`` is the socket of
    who wrote, where it is to be spared.
    """

    model: type[Model]
    kind: Kind
    key: Any = None
    columns: frozenset[str] | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    exclude: str | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """What one transaction changed.

    ``using`` is the alias of its database. ``rows`` has each row once, in the order of their first write.
    ``tables`` are those of which rows have changed that nobody can name, or too many to name them.
    """

    using: str
    rows: tuple[RowChange, ...] = ()
    tables: frozenset[type[Model]] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.rows or self.tables)
