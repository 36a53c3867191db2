"""What capturing needs to know of a table, found out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Model
from django.db.models.sql.query import Query

#: Where Django's own fields are: those of single values, and foreign keys.
_PLAIN_MODULES = {"django.db.models.fields", "django.db.models.fields.related"}
_MUTABLE_FIELDS = {"BinaryField"}


@dataclass(frozen=True, slots=True)
class Table:
    """A model's own table.

    ``generated`` are the columns that the database computes anew with each write. The values of
    ``mutable_columns`` may be such as can be changed in place.
    """

    model: type[Model]
    key_fields: tuple[Any, ...]
    key_columns: frozenset[str]
    generated: frozenset[str]
    mutable_columns: tuple[str, ...]

    def key_in(self, values: dict[str, Any]) -> Any:
        """Return the key in a row's values, a tuple where it has several columns; None where it has none."""
        if len(self.key_fields) == 1:
            field = self.key_fields[0]
            return read_key(field, values.get(field.attname))
        key = tuple(read_key(field, values.get(field.attname)) for field in self.key_fields)
        return None if None in key else key


def table_of(query: Query) -> Table:
    """Return the table that a query writes."""
    assert query.model is not None, "a query that writes has a model"
    return table_of_model(query.model)


def read_key(field: Any, value: Any) -> Any:
    """Return a key as its field reads it, so that one row has one key however it is written."""
    return value if type(value) is int else field.to_python(value)


@cache
def table_of_model(model: type[Model]) -> Table:
    """Return a model's own table; of a proxy, that of the model behind it."""
    concrete = model._meta.concrete_model or model
    options = concrete._meta
    fields = options.local_concrete_fields
    return Table(
        concrete,
        key_fields=tuple(options.pk_fields),
        key_columns=frozenset(field.attname for field in options.pk_fields),
        generated=frozenset(field.attname for field in fields if field.generated),
        mutable_columns=tuple(field.attname for field in fields if not is_plain(field)),
    )


def is_plain(field: Any) -> bool:
    """Whether it is one of Django's own fields whose values nobody can change in place."""
    return type(field).__module__ in _PLAIN_MODULES and type(field).__name__ not in _MUTABLE_FIELDS
