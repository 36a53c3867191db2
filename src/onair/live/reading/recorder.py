"""Who notes what is read: one recorder for a block of code, found by a context variable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from onair.changes.interest import is_never_captured
from onair.live.matching.reads import Reading, ReadSet, Row
from onair.live.reading.reads import Reads

_Instance = TypeVar("_Instance", bound=Model)

_current: ContextVar[Recorder | None] = ContextVar("onair.recorder", default=None)

#: Whether who evaluates a queryset reports the columns that it shows of the instances.
_reports: ContextVar[bool] = ContextVar("onair.reports", default=False)


class Recorder:
    """What a block of code has read so far."""

    __slots__ = ("_instances", "_reads", "_sets", "_topics")

    def __init__(self) -> None:
        #: The instances are kept, so that no other can come by their ids.
        self._instances: dict[int, tuple[Model, set[str | None]]] = {}
        self._reads: dict[int, tuple[Reads, bool]] = {}
        self._sets: list[ReadSet] = []
        self._topics: set[str] = set()

    def instance(self, instance: Model, column: str | None) -> None:
        """Note that a column of an instance is shown.

        Args:
            instance: of any model.
            column: an attribute's or a field's name; None for all of it, and of what it has loaded with it.
        """
        columns = self._columns(instance)
        if column not in columns:
            columns.add(column)
            if column is None:
                self._add_loaded_with(instance)

    def query(self, reads: Reads, *, reported: bool = False) -> None:
        """Note what a query has read.

        Args:
            reads: what.
            reported: the columns of its instances are reported one by one.
        """
        known = self._reads.get(id(reads))
        if known is None or (known[1] and not reported):
            self._reads[id(reads)] = (reads, reported)

    def topic(self, name: str) -> None:
        """Note a name that is touched by hand."""
        self._topics.add(name)

    def include(self, read_set: ReadSet) -> None:
        """Note all that was read elsewhere, such as in a fragment from a cache."""
        self._sets.append(read_set)

    def merge(self, other: Recorder) -> None:
        """Note all that another recorder has noted."""
        for reads, reported in other._reads.values():
            self.query(reads, reported=reported)
        for instance, columns in other._instances.values():
            for column in columns:
                self.instance(instance, column)
        self._sets.extend(other._sets)
        self._topics |= other._topics

    def mark(self) -> int:
        """Return a place in what is noted, for :meth:`since`."""
        return len(self._reads)

    def since(self, mark: int) -> tuple[Reads, ...]:
        """Return the queries that were noted for the first time after that place."""
        return tuple(reads for reads, _ in list(self._reads.values())[mark:])

    def read_set(self) -> ReadSet:
        """Return all that was noted."""
        readings: dict[Reading, None] = {}
        for reads, reported in self._reads.values():
            readings.update(dict.fromkeys(reads.without_instances() if reported else reads.readings))
        instances: dict[Row, frozenset[str] | None] = {}
        for instance, columns in self._instances.values():
            for row, names in _rows(instance, columns):
                _add_columns(instances, row, names)
        topics = set(self._topics)
        for read_set in self._sets:
            readings.update(dict.fromkeys(read_set.readings))
            topics |= read_set.topics
            for row, kept in read_set.instances.items():
                _add_columns(instances, row, kept)
        return ReadSet(tuple(readings), instances, frozenset(topics))

    def _columns(self, instance: Model) -> set[str | None]:
        held = self._instances.get(id(instance))
        if held is None:
            held = self._instances[id(instance)] = (instance, set())
        return held[1]

    def _add_loaded_with(self, instance: Model) -> None:
        waiting = [instance]
        while waiting:
            for other in _loaded_with(waiting.pop()):
                columns = self._columns(other)
                if None not in columns:
                    columns.add(None)
                    waiting.append(other)


def current() -> Recorder | None:
    """Return who notes what is read here, if anybody does."""
    return _current.get()


@contextmanager
def recording(recorder: Recorder | None) -> Iterator[None]:
    """Let a recorder note what is read inside, in this thread or task, and nobody else.

    Args:
        recorder: None stops all noting.
    """
    token = _current.set(recorder)
    reports = _reports.set(False)
    try:
        yield
    finally:
        _reports.reset(reports)
        _current.reset(token)


def fetch(queryset: QuerySet[_Instance]) -> list[_Instance]:
    """Return the instances of a queryset for one who reports each column of them that is shown.

    Who goes through a queryset by itself is taken to show all columns of what it gives.
    """
    with columns_reported():
        queryset._fetch_all()
    return list(queryset._result_cache or ())


@contextmanager
def columns_reported() -> Iterator[None]:
    """Let querysets be evaluated inside without showing any column of their instances."""
    token = _reports.set(True)
    try:
        yield
    finally:
        _reports.reset(token)


def are_columns_reported() -> bool:
    """Whether who evaluates a queryset here reports the columns of its instances."""
    return _reports.get()


def _loaded_with(instance: Model) -> Iterator[Model]:
    """Return the instances that an instance holds."""
    state: Any = instance._state
    prefetched = getattr(instance, "_prefetched_objects_cache", {})
    lists = [value for value in instance.__dict__.values() if type(value) is list]
    for others in (
        state.fields_cache.values(),
        *(queryset._result_cache or () for queryset in prefetched.values()),
        *lists,
    ):
        yield from (other for other in others if isinstance(other, Model))


def _rows(instance: Model, columns: Iterable[str | None]) -> Iterator[tuple[Row, frozenset[str] | None]]:
    """Return the rows that an instance consists of, with those of the columns that are in each."""
    using = instance._state.db
    key = instance.pk
    if using is None or key is None:
        return
    is_composite = isinstance(key, tuple)
    for model, link, names in _tables(type(instance), frozenset(columns)):
        # By the dictionary, since a key that is not loaded would be loaded now.
        yield (using, model, key if is_composite else instance.__dict__.get(link, key)), names


@lru_cache(maxsize=4096)
def _tables(
    model: type[Model], columns: frozenset[str | None]
) -> tuple[tuple[type[Model], str, frozenset[str] | None], ...]:
    """Return the tables in which an instance has columns: each table's model, the attribute with the key
    there, and those of the columns that it has; None: all."""
    found: dict[type[Model], set[str]] = {}
    for name in columns:
        for field in () if name is None else _fields(model, name):
            found.setdefault(field.model, set()).add(field.attname)
    is_all = None in columns
    tables = []
    for owner in (model, *model._meta.all_parents) if is_all else found:
        concrete = owner._meta.concrete_model or owner
        if owner._meta.abstract or is_never_captured(concrete):
            continue
        link: Any = model._meta.get_ancestor_link(concrete) or concrete._meta.pk
        tables.append((concrete, link.attname, None if is_all else frozenset(found[owner])))
    return tuple(tables)


def _fields(model: type[Model], name: str) -> Iterable[Any]:
    options = model._meta
    if name == "pk":
        return options.pk_fields
    for field in options.concrete_fields:
        if name in (field.attname, field.name):
            return (field,)
    return ()


def _add_columns(
    instances: dict[Row, frozenset[str] | None], row: Row, columns: frozenset[str] | None
) -> None:
    known = instances.get(row, frozenset())
    instances[row] = None if known is None or columns is None else known | columns
