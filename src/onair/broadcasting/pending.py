"""From what was written to the objects that it is part of. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from onair.broadcasting.broadcast import CREATED, UPDATED, Broadcast
from onair.broadcasting.registry import Part, Route
from onair.changes.change import Commit, Kind, RowChange

#: Where the rows of a table belong.
Routes = Callable[[type[Model]], Iterable[Route]]


@dataclass(slots=True)
class Pending:
    """An object, and what a transaction did to it.

    ``columns`` are the attribute names that may have changed, None is any; ``links`` the many-to-many
    fields. ``values`` is what is known of it. Where ``is_certain`` is false, only a part of it was written
    that others may have as well: perhaps the object is not of this model.
    """

    broadcast: Broadcast
    key: Any
    kind: Kind = Kind.UPDATED
    is_certain: bool = False
    columns: set[str] | None = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    values: dict[str, Any] = field(default_factory=dict)
    excludes: set[str | None] = field(default_factory=set)
    is_touched: bool = False

    @property
    def exclude(self) -> str | None:
        """The socket that is spared: that of who wrote all of it."""
        return next(iter(self.excludes)) if len(self.excludes) == 1 else None

    def add_own(self, row: RowChange) -> None:
        """Add what happened to the row that makes it an object of this model."""
        self.kind = row.kind
        self.is_certain = self.is_touched = True
        self._add(row)

    def add_parent(self, row: RowChange) -> None:
        """Add what happened to its row in a parent's table. That is created and deleted with its own."""
        self.is_touched |= row.kind in {Kind.UPDATED, Kind.CHANGED}
        self._add(row)

    def add_link(self, name: str, exclude: str | None) -> None:
        """Add that its many-to-many field was written."""
        self.is_touched = True
        self.links.add(name)
        self.excludes.add(exclude)

    def _add(self, row: RowChange) -> None:
        self.values |= row.values
        self.excludes.add(row.exclude)
        if row.kind is Kind.UPDATED:
            if row.columns is None:
                self.columns = None
            elif self.columns is not None:
                self.columns |= row.columns


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a commit is to the models that announce.

    ``objects`` are in the order of their first write. ``unknown`` are models of which some objects have
    changed that nobody can name, each with the sockets of who wrote. ``links`` are rows behind many-to-many
    fields that do not say themselves of which object they are.
    """

    objects: list[Pending]
    unknown: dict[Broadcast, set[str | None]]
    links: list[tuple[Route, RowChange]]


def gather(commit: Commit, routes: Routes) -> Gathered:
    """Return the objects that a commit has written, each once."""
    gathering = _Gathering()
    for row in commit.rows:
        for route in routes(row.model):
            gathering.add(route, row)
    for table in commit.tables:
        for route in routes(table):
            gathering.add_unknown(route.broadcast, None)
    return gathering.result()


def with_links(gathered: Gathered, found: Iterable[tuple[Route, RowChange, Any]]) -> list[Pending]:
    """Return the objects, those that links were found to be of among them."""
    gathering = _Gathering(gathered.objects)
    for route, row, key in found:
        gathering.pending(route.broadcast, key).add_link(route.field or "", row.exclude)
    return gathering.result().objects


class _Gathering:
    def __init__(self, objects: Iterable[Pending] = ()) -> None:
        self._objects = {(pending.broadcast, pending.key): pending for pending in objects}
        self._unknown: dict[Broadcast, set[str | None]] = {}
        self._links: list[tuple[Route, RowChange]] = []

    def add(self, route: Route, row: RowChange) -> None:
        if not route.names_key:
            self._add_unfollowed(route, row)
        elif route.part is Part.LINK:
            self._add_link(route, row)
        elif row.key is None:
            self.add_unknown(route.broadcast, row.exclude)
        else:
            pending = self.pending(route.broadcast, row.key)
            (pending.add_own if route.part is Part.OWN else pending.add_parent)(row)

    def add_unknown(self, broadcast: Broadcast, exclude: str | None) -> None:
        self._unknown.setdefault(broadcast, set()).add(exclude)

    def pending(self, broadcast: Broadcast, key: Any) -> Pending:
        key = normal_key(broadcast.model, key)
        return self._objects.setdefault((broadcast, key), Pending(broadcast, key))

    def result(self) -> Gathered:
        touched = [pending for pending in self._objects.values() if pending.is_touched]
        return Gathered(touched, self._unknown, self._links)

    def _add_unfollowed(self, route: Route, row: RowChange) -> None:
        if route.part is Part.LINK or row.kind in {Kind.UPDATED, Kind.CHANGED}:
            self.add_unknown(route.broadcast, row.exclude)

    def _add_link(self, route: Route, row: RowChange) -> None:
        column = route.column or ""
        if row.kind is Kind.UPDATED and (row.columns is None or column in row.columns):
            # The link may have been another object's before.
            self.add_unknown(route.broadcast, row.exclude)
        elif row.values.get(column) is not None:
            key = row.values[column]
            self.pending(route.broadcast, key).add_link(route.field or "", row.exclude)
        elif row.key is None or row.kind is Kind.DELETED:
            self.add_unknown(route.broadcast, row.exclude)
        else:
            self._links.append((route, row))


def normal_key(model: type[Model], key: Any) -> Any:
    """Return a key as the database returns it: the text ``"7"`` is 7 where keys are numbers."""
    if isinstance(key, tuple):
        return key
    try:
        return model._meta.pk.to_python(key)
    except (ValidationError, TypeError, ValueError):
        return key


def is_wanted(pending: Pending) -> bool:
    """Whether the model announces what happened to the object."""
    events = pending.broadcast.choices.events
    if pending.kind is Kind.CHANGED:
        return CREATED in events or UPDATED in events
    return pending.kind.value in events
