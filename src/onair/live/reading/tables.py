"""Which models a table belongs to, and how far Python may compare what is in its columns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Model

from onair.changes.interest import is_never_captured
from onair.changes.table import is_plain

_NUMBERS = frozenset(
    {
        *("AutoField", "BigAutoField", "SmallAutoField"),
        *("IntegerField", "BigIntegerField", "SmallIntegerField"),
        *("PositiveIntegerField", "PositiveBigIntegerField", "PositiveSmallIntegerField"),
    }
)
_TEXTS = frozenset({"CharField", "TextField", "SlugField", "EmailField", "URLField"})

#: Fields of which Python can tell what comes first, and what is equal, as the database does.
_ORDERED = _NUMBERS | {
    *("DateField", "DateTimeField", "DecimalField", "DurationField", "FloatField", "TimeField"),
}
_COMPARED = _ORDERED | _TEXTS | {"BooleanField", "UUIDField"}

#: Databases that compare text byte by byte where a column says nothing else.
_BY_BYTES = frozenset({"sqlite", "postgresql"})


def models_of(table: str) -> tuple[type[Model], ...]:
    """Return the concrete models that have a table. An unmanaged one may share another's."""
    return _models_by_table().get(table, ())


def models_in(text: str) -> frozenset[type[Model]]:
    """Return the models whose tables are named in SQL, as far as a search for the names can say."""
    lowered = text.lower()
    words = set(re.findall(r"\w+", lowered))
    return frozenset(
        model
        for table, models in _models_by_table().items()
        if (table.lower() in words if table.isidentifier() else table.lower() in lowered)
        for model in models
    )


def all_models() -> frozenset[type[Model]]:
    """Return the models of all tables whose writes can be captured."""
    return frozenset(model for models in _models_by_table().values() for model in models)


def followed(models: Iterable[type[Model]]) -> Iterable[type[Model]]:
    """Return the models among these whose writes anybody can hear of."""
    return filter(is_followed, models)


def is_followed(model: type[Model]) -> bool:
    """Whether anybody can hear of writes to a concrete model's table."""
    return not is_never_captured(model)


def is_compared(field: Any, vendor: str) -> bool:
    """Whether Python sees equality of this field's values as the database does."""
    return _is_among(_COMPARED, field, vendor)


def is_ordered(field: Any, vendor: str) -> bool:
    """Whether Python orders this field's values as the database does."""
    return _is_among(_ORDERED, field, vendor)


def _is_among(names: frozenset[str], field: Any, vendor: str) -> bool:
    while (target := getattr(field, "target_field", field)) is not field:
        field = target
    name = type(field).__name__
    if name not in names or not is_plain(field):
        return False
    if name not in _TEXTS:
        return True
    return vendor in _BY_BYTES and field.db_collation is None and field.model._meta.managed


@cache
def _models_by_table() -> dict[str, tuple[type[Model], ...]]:
    found: dict[str, tuple[type[Model], ...]] = {}
    for model in apps.get_models(include_auto_created=True):
        options = model._meta
        if not options.proxy:
            found[options.db_table] = (*found.get(options.db_table, ()), model)
    return found
