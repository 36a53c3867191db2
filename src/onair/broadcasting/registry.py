"""The models that announce their changes, and the tables whose rows are part of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.db.models import Model

from onair.broadcasting.broadcast import Broadcast, Choices


class Part(Enum):
    """What the rows of a table are to a model's objects."""

    OWN = "its own rows"
    PARENT = "those of a parent, from which it inherits"
    LINK = "those behind a many-to-many field"


@dataclass(frozen=True, slots=True)
class Route:
    """From a table to a model whose objects it has a part of.

    ``column`` is the attribute that holds the object's key in a row; None where the row's own key is the
    object's. ``names_key`` is false where what is there leads to the object in another way, which nobody
    follows. ``field`` is the many-to-many field.
    """

    broadcast: Broadcast
    part: Part
    column: str | None = None
    names_key: bool = True
    field: str | None = None


class Registry:
    """The models that announce, and the abstract ones whose subclasses do."""

    def __init__(self) -> None:
        self._broadcasts: dict[type[Model], Broadcast] = {}
        self._abstract: dict[type[Model], Choices] = {}
        self._routes: Mapping[type[Model], list[Route]] | None = None

    def __iter__(self) -> Iterator[Broadcast]:
        return iter(tuple(self._broadcasts.values()))

    def add(self, broadcast: Broadcast) -> None:
        """Add a model. What is said of it last counts."""
        self._broadcasts[broadcast.model] = broadcast
        self.forget_routes()

    def add_abstract(self, model: type[Model], choices: Choices) -> None:
        """Add an abstract model: its concrete subclasses are to announce as it is said of it."""
        self._abstract[model] = choices

    def of(self, model: type[Model]) -> Broadcast | None:
        """Return what a model announces; None where it does not."""
        return self._broadcasts.get(model)

    def inherited(self, model: type[Model]) -> Choices | None:
        """Return what is said of the nearest abstract model that this one inherits from."""
        return next((self._abstract[base] for base in model.__mro__[1:] if base in self._abstract), None)

    def forget_routes(self) -> None:
        """Look for the tables anew: a model has come, or one that another one named."""
        self._routes = None

    def routes(self, table: type[Model]) -> list[Route]:
        """Return where the rows of a table belong, by its concrete model."""
        routes = self._routes
        if routes is None:
            routes = self._routes = _routes(self)
        return routes.get(table, [])

    @contextmanager
    def set_aside(self) -> Iterator[None]:
        """Forget every model for the length of a block, such as a test; those added in it go with it."""
        kept = self._broadcasts, self._abstract
        self._broadcasts, self._abstract = {}, {}
        self.forget_routes()
        try:
            yield
        finally:
            self._broadcasts, self._abstract = kept
            self.forget_routes()


registry = Registry()


def _routes(broadcasts: Registry) -> Mapping[type[Model], list[Route]]:
    routes: defaultdict[type[Model], list[Route]] = defaultdict(list)
    for broadcast in broadcasts:
        model = broadcast.model
        routes[model].append(Route(broadcast, Part.OWN))
        for parent in model._meta.all_parents:
            routes[parent].append(Route(broadcast, Part.PARENT, names_key=shares_key(model, parent)))
        for field in model._meta.many_to_many:
            through = field.remote_field.through
            if isinstance(through, type):
                routes[through].append(_link(broadcast, field, through))
    return dict(routes)


def _link(broadcast: Broadcast, field: Any, through: type[Model]) -> Route:
    source: Any = through._meta.get_field(field.m2m_field_name())
    owner = field.model
    names_key = source.target_field.primary_key and (
        broadcast.model is owner or shares_key(broadcast.model, owner)
    )
    return Route(broadcast, Part.LINK, source.attname, names_key, field.name)


def shares_key(model: type[Model], parent: type[Model]) -> bool:
    """Whether the key of a model's object is that of its row in the parent's table, too."""
    for base in model._meta.get_base_chain(parent):
        link = model._meta.get_ancestor_link(base)
        if link is None or not link.primary_key:
            return False
        model = base
    return True
