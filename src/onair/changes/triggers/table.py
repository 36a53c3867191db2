"""What triggers are about: a table, as its model describes it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from django.db.models import Field, Model

#: Where the triggers write, and what a PostgreSQL server is told then.
OUTBOX = "onair_outbox_entry"
NOTIFICATION = "onair_outbox"

#: What the names of our triggers and functions begin with.
PREFIX = "onair_outbox"

_REALS = {"FloatField", "DecimalField"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: whether it holds bytes, which are not copied, and whether its numbers may have fractions."""

    name: str
    is_binary: bool = False
    is_real: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with triggers: its model's label in small letters, and the columns of its primary key."""

    label: str
    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @classmethod
    def of(cls, model: type[Model]) -> Table:
        """Return a model's own table; its parents' are others."""
        meta = model._meta
        return cls(
            label=meta.label_lower,
            name=meta.db_table,
            key=tuple(column_of(field) for field in meta.pk_fields),
            columns=tuple(
                Column(
                    column_of(field),
                    is_binary=kind_of(field) == "BinaryField",
                    is_real=kind_of(field) in _REALS,
                )
                for field in meta.local_concrete_fields
                if field.column is not None
            ),
        )

    @property
    def binaries(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.is_binary)

    def limited_to(self, names: Collection[str]) -> Table:
        """Return the table with those columns only that the database really has."""
        return replace(self, columns=tuple(column for column in self.columns if column.name in names))


def tables_of(model: type[Model]) -> Iterator[Table]:
    """Yield a model's own table, and those that Django has made for its many-to-many fields."""
    yield Table.of(model)
    for field in model._meta.local_many_to_many:
        through = field.remote_field.through
        if through is not None and through._meta.auto_created:
            yield Table.of(through)


def column_of(field: Field) -> str:  # type: ignore[type-arg]  # of any type
    """Return the name of a concrete field's column."""
    assert field.column is not None
    return field.column


def kind_of(field: Field) -> str:  # type: ignore[type-arg]
    """Return the internal type of what a field's column holds; a foreign key's is that of its target."""
    while field.remote_field is not None:
        field = field.target_field  # type: ignore[attr-defined]  # a relation
    return field.get_internal_type()
