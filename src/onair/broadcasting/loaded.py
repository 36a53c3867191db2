"""What a row was loaded with, so that an update can say which of the columns it writes it really changes.

``save()`` writes all of them. Only models that announce are tracked. Where it is not sure that the row still
has what was loaded, all written columns count as changed: after a rollback, after another write to the row,
for values that may have been changed in place. Then too many are named, but none is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import wraps
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import Model

from onair.changes import last_writes
from onair.changes.narrowing import narrowing

#: Types whose values nobody can change in place.
_IMMUTABLE = {bool, bytes, date, datetime, Decimal, float, int, str, time, timedelta, type(None), UUID}

_NAME = "onair_loaded"

_tracked: set[type[Model]] = set()


@dataclass(slots=True, eq=False)  # not frozen, which takes longer to make: there is one for each row
class Loaded:
    """What was loaded of a row: some attribute names, and their values in the order of the model's fields.

    ``using`` is the database, ``moment`` when it was. ``transaction`` is what Django keeps anew with each end
    of a transaction or of a savepoint that is rolled back: its list of actions. Outside of a transaction it
    is None, and the values are committed.
    """

    using: str
    model: type[Model]
    names: Iterable[str]
    row: Sequence[Any]
    transaction: list[Any] | None
    moment: int

    @classmethod
    def now(cls, using: str, model: type[Model], names: Iterable[str], row: Sequence[Any]) -> Loaded:
        return cls(using, model, names, row, _transaction(using), last_writes.now())

    @property
    def values(self) -> dict[str, Any]:
        """The values by attribute name."""
        known = set(self.names)
        names = [field.attname for field in self.model._meta.concrete_fields if field.attname in known]
        return dict(zip(names, self.row, strict=True))

    def __reduce__(self) -> Any:
        # A pickled instance comes back at another time: then nothing is known.
        return type(None), ()

    def __deepcopy__(self, memo: dict[int, Any]) -> Loaded:
        return self

    def holds(self, table: type[Model], key: Any, using: str) -> bool:
        """Whether nothing that was loaded of a table can have been rolled back or written since."""
        if self.using != using or last_writes.is_written_since(table, key, self.moment):
            return False
        return self.transaction is None or self.transaction is _transaction(using)

    def joined(self, later: Loaded) -> Loaded:
        """Return these values and those that were loaded later, where both hold."""
        if self.using != later.using or self.transaction is not later.transaction:
            return later
        values = self.values | later.values
        names = [field.attname for field in self.model._meta.concrete_fields if field.attname in values]
        row = [values[name] for name in names]
        return Loaded(self.using, self.model, names, row, self.transaction, self.moment)


def track(model: type[Model]) -> None:
    """Remember what each instance of a model is loaded with. Further calls do nothing."""
    if any(base in _tracked for base in model.__mro__):
        return
    _tracked.add(model)
    last_writes.keep()
    _remember_loading(model)
    _remember_refreshing(model)
    _narrow_saving(model)


def _remember_loading(model: Any) -> None:
    load = model.from_db.__func__

    @wraps(load)
    def from_db(
        cls: type[Model], db: str | None, field_names: Iterable[str], values: Sequence[Any], **kwargs: Any
    ) -> Any:
        instance = load(cls, db, field_names, values, **kwargs)
        if db is not None:
            _remember(instance, Loaded.now(db, cls, field_names, values))
        return instance

    model.from_db = classmethod(from_db)  # type: ignore[arg-type] # wraps() hides its arguments


def _remember_refreshing(model: Any) -> None:
    refresh = model.refresh_from_db

    @wraps(refresh)
    def refresh_from_db(self: Model, *args: Any, **kwargs: Any) -> None:
        # A model's own may have another signature: it gets what it was called with.
        *first, fields = args[:2] if len(args) > 1 else (None, kwargs.get("fields"))
        names = None if fields is None else list(fields)
        if len(args) > 1:
            args = (*first, names, *args[2:])
        elif names is not None:
            kwargs["fields"] = names
        before = _remembered(self)
        refresh(self, *args, **kwargs)
        later = _refreshed(self, names)
        _remember(self, later if names is None or before is None else before.joined(later))

    model.refresh_from_db = refresh_from_db


def _narrow_saving(model: Any) -> None:
    save = model._save_table

    @wraps(save)
    def _save_table(
        self: Model,
        raw: bool = False,
        cls: Any = None,
        force_insert: Any = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Any = None,
    ) -> Any:
        try:
            # Not around all of save(): what receivers of signals write is theirs.
            with _narrowed(self, cls, using):
                return save(self, raw, cls, force_insert, force_update, using, update_fields)
        finally:
            if cls is self._meta.concrete_model:  # its parents' tables come before
                _remember(self, None)

    model._save_table = _save_table


@contextmanager
def _narrowed(instance: Model, table: type[Model], using: str | None) -> Iterator[None]:
    loaded = _remembered(instance)
    if loaded is None or using is None:
        yield
        return
    values = loaded.values
    key = _key(table, values)
    if not loaded.holds(table, key, using):
        yield
        return
    unchanged = {name: value for name, value in values.items() if type(value) in _IMMUTABLE}
    with narrowing(key, {table: unchanged}):
        yield


def _key(table: type[Model], values: Mapping[str, Any]) -> Any:
    """Return the key of the row in a table, None where it was not loaded."""
    key = tuple(values.get(field.attname) for field in table._meta.pk_fields)
    return key[0] if len(key) == 1 else key


def _refreshed(instance: Model, names: Iterable[str] | None) -> Loaded:
    held = vars(instance)
    fields = [field for field in instance._meta.concrete_fields if field.attname in held]
    if names is not None:
        chosen = set(names)
        fields = [field for field in fields if chosen & {field.name, field.attname}]
    names = [field.attname for field in fields]
    return Loaded.now(instance._state.db or "", type(instance), names, [held[name] for name in names])


def _transaction(using: str) -> list[Any] | None:
    connection = connections[using]
    is_open = connection.in_atomic_block or not connection.autocommit
    return connection.run_on_commit if is_open else None


def _remembered(instance: Model) -> Loaded | None:
    return vars(instance._state).get(_NAME)


def _remember(instance: Model, loaded: Loaded | None) -> None:
    vars(instance._state)[_NAME] = loaded
