"""What capturing needs to know of a table, found out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Model
from django.db.models.sql.query import Query


@dataclass(frozen=True, slots=True)
class Table:
    """A model's own table: the fields of its key, and the columns that the database computes anew."""

    model: type[Model]
    key_fields: tuple[Any, ...]
    generated: frozenset[str]

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
    generated = frozenset(field.attname for field in options.local_concrete_fields if field.generated)
    return Table(concrete, tuple(options.pk_fields), generated)
