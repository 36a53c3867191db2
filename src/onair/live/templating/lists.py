"""A live list that is rendered again: its keys in their order first, then only the rows that have changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable
from django.template.defaulttags import ForNode

from onair.live.matching.reads import ReadSet
from onair.live.reading import recorder as reading
from onair.live.templating.closed import is_closed
from onair.live.templating.proxies import RTModelProxy


@dataclass(frozen=True, slots=True)
class Item:
    """An item as it was rendered: its text, with its page's marks, and what it was rendered from."""

    text: str
    read_set: ReadSet


#: A list of a region: the loop, whose rows it goes through, where they are, and the how manieth time it runs.
Place = tuple[ForNode, type[Model], str, int]


@dataclass(frozen=True, slots=True)
class Items:
    """The items of a region's lists, as they were rendered last.

    Args:
        nonce: of the marks in their texts.
        lists: for each loop of the template, and each time that it ran, the items by their keys.
    """

    nonce: str
    lists: Mapping[Place, Mapping[Any, Item]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Last:
    """A region's last rendering, for the next one.

    Args:
        is_same: whether nothing has changed since of what was read.
    """

    items: Items
    is_same: Callable[[ReadSet], bool]

    def kept(self, place: Place, nonce: str) -> dict[Any, Item]:
        """Return the items of a list that are what they were, with the marks of this page."""
        return {
            key: Item(item.text.replace(self.items.nonce, nonce), item.read_set)
            for key, item in self.items.lists.get(place, {}).items()
            if self.is_same(item.read_set)
        }


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Stands for a row whose item is what it was."""

    key: Any
    item: Item

    @property
    def live_key(self) -> str:
        """What tells the row from the others."""
        return str(self.key)


def can_keep(loop: ForNode, values: Any) -> bool:
    """Whether the items of a list can be kept from one rendering to the next."""
    if not isinstance(values, QuerySet) or values._result_cache is not None:
        return False
    query: Any = values.query
    return (
        values._iterable_class is ModelIterable
        and not _follows_back(values.model, query.select_related)
        and not (query.distinct or query.combinator or query.annotations or query.extra or query.group_by)
        and not values._prefetch_related_lookups  # type: ignore[attr-defined] # the stubs leave it out
        and is_closed(loop)
    )


def _follows_back(model: type[Model], selected: Any) -> bool:
    """Whether rows are loaded that refer to the list's: where there is none, its item does not say so."""
    forward = {field.name for field in model._meta.concrete_fields if field.is_relation}
    for name, more in (selected if isinstance(selected, dict) else {}).items():
        if name not in forward:
            return True
        field: Any = model._meta.get_field(name)
        if _follows_back(field.related_model, more):
            return True
    return False


def fetched(values: Any, keys: Sequence[Any]) -> dict[Any, Any]:
    """Return some rows of a queryset by their keys; the template reports what it shows of them."""
    return {row.pk: row for row in reading.fetch(values.filter(pk__in=keys))}


def rows_with_kept(values: Any, kept: Mapping[Any, Item]) -> Sequence[Any]:
    """Return the rows of a list in their order: those whose items are kept without their values."""
    keys = list(values.values_list("pk", flat=True))
    missing = [key for key in keys if key not in kept]
    found: dict[Any, Any] = {}
    if missing:
        whole = values.all()
        whole.query.clear_limits()
        found = fetched(whole, missing)
    return [
        Unchanged(key, kept[key]) if key in kept else RTModelProxy(found[key])
        for key in keys
        if key in kept or key in found
    ]
