"""What the sources of queries and writes are run with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connections, transaction
from django.db.models import (
    Count,
    Exists,
    F,
    Max,
    Model,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber

from onair.live.reading import recorder as recorders
from tests.live.soundness import models

#: Objects that are kept to be saved when others have written to their rows.
_KEPT = 30


class RolledBack(Exception):
    """Ends a block that is undone."""


class Language:
    """The names that a source may use, for one database.

    Args:
        using: the alias of the database.
    """

    def __init__(self, using: str) -> None:
        self._using = using
        self._kept: dict[type[Model], list[Any]] = {}
        self.names: dict[str, Any] = {
            **{name: getattr(models, name) for name in _MODELS},
            "Link": models.Note.tags.through,
            **{item.__name__: item for item in _DJANGO},
            **{name: getattr(self, name) for name in _FUNCTIONS},
            "Decimal": Decimal,
            "UUID": UUID,
            "UTC": dt.UTC,
            "date": dt.date,
            "datetime": dt.datetime,
        }

    def run(self, source: str, **names: Any) -> Any:
        """Return what a source returns."""
        return eval(source, {**self.names, **names})

    def q(self, model: Any) -> QuerySet[Any]:
        return QuerySet(model, using=self._using)

    # What queries show.

    def rows(self, queryset: Any, shows: list[str], ordered: bool) -> list[Any]:
        found = [[row.pk, *(_dug(row, path.split(".")) for path in shows)] for row in queryset]
        return found if ordered else sorted(found, key=repr)

    def reported(self, queryset: Any, shows: list[str], ordered: bool) -> list[Any]:
        """As a template: only the columns that are shown are read."""
        recorder = recorders.current()
        found = []
        for row in recorders.fetch(queryset):
            if recorder is not None:
                recorder.instance(row, "pk")
            found.append([row.pk, *(_dug(row, path.split("."), recorder) for path in shows)])
        return found if ordered else sorted(found, key=repr)

    def plain(self, queryset: Any, ordered: bool) -> list[Any]:
        return list(queryset) if ordered else sorted(queryset, key=repr)

    def counted(self, queryset: Any) -> list[Any]:
        return sorted((row.pk, row.n) for row in queryset)

    def one(self, row: Any) -> Any:
        return row and _held(row)

    def get(self, queryset: Any, key: int) -> Any:
        return self.one(queryset.distinct().filter(pk=key).first())

    # What writes are made of.

    def pick(self, model: Any, number: int) -> Any:
        keys = list(self.q(model).order_by("pk").values_list("pk", flat=True))
        if not keys:
            raise model.DoesNotExist
        row = self.q(model).get(pk=keys[number % len(keys)])
        kept = self._kept.setdefault(model, [])
        kept.append(self.q(model).get(pk=row.pk))
        del kept[:-_KEPT]
        return row

    def key(self, model: Any, number: int) -> Any:
        return self.pick(model, number).pk

    def stale(self, model: Any, number: int) -> Any:
        kept = self._kept.get(model)
        return kept[number % len(kept)] if kept else self.pick(model, number)

    def save(self, row: Any) -> None:
        row.save(using=self._using)

    def change(self, row: Any, values: dict[str, Any], **options: Any) -> None:
        self.altered(row, values).save(using=self._using, **options)

    def altered(self, row: Any, values: dict[str, Any]) -> Any:
        for name, value in values.items():
            setattr(row, name, value)
        return row

    def delete(self, row: Any) -> None:
        row.delete(using=self._using)

    def renewed(self, row: Any) -> None:
        """Delete a row, and make one anew with its key."""
        key = row.pk
        row.delete()
        row.pk, row.weight = key, row.weight + 1
        row.save(using=self._using, force_insert=True)

    def bulk_update(self, model: Any, rows: list[Any], names: list[str]) -> None:
        self.q(model).bulk_update(list({row.pk: row for row in rows}.values()), names)

    def undone(self, write: Callable[[], object]) -> None:
        try:
            with transaction.atomic(using=self._using):
                write()
                raise RolledBack
        except RolledBack:
            pass

    def sql(self, text: str) -> None:
        with connections[self._using].cursor() as cursor:
            cursor.execute(text)


def _held(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, field.attname) for field in row._meta.concrete_fields)


def _dug(row: Any, path: list[str], recorder: Any = None) -> Any:
    if row is None:
        return None
    name, *further = path
    if recorder is not None and any(
        name in (field.name, field.attname) for field in row._meta.concrete_fields
    ):
        recorder.instance(row, name)
    value = getattr(row, name, None)  # a child that is not there
    if not further:
        return value
    if hasattr(value, "all"):
        return sorted((other.pk, repr(_dug(other, further))) for other in value.all())
    return _dug(value, further, recorder)


_MODELS = ("Team", "Room", "Person", "Member", "Tag", "Note", "Like")
_DJANGO: tuple[Any, ...] = (
    Coalesce, Count, Exists, F, Max, OuterRef, Prefetch, Q, RowNumber, Subquery, Sum, Window,
)  # fmt: skip
_FUNCTIONS = (
    "q", "rows", "reported", "plain", "counted", "one", "get", "pick", "key", "stale", "save", "change",
    "altered", "delete", "renewed", "bulk_update", "undone", "sql",
)  # fmt: skip
