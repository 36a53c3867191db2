"""One table of a query, under one alias, and what is found out of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from onair.live.matching.reads import ANY_ROW, Term
from onair.live.reading.tables import models_of

#: A column of an alias.
Place = tuple[str, str]


class Tabled:
    """A table in a FROM clause.

    ``membership`` are the columns that decide which rows are in the result, ``shown`` those that are
    displayed, ``of_instances`` those that are loaded into instances.
    """

    __slots__ = (
        *("alias", "any_column", "any_row", "decides", "join", "membership"),
        *("models", "of_instances", "shown", "terms", "why"),
    )

    def __init__(self, alias: str, join: Any) -> None:
        self.alias, self.join = alias, join
        self.models = models_of(join.table_name)
        self.membership: set[str] = set()
        self.shown: set[str] = set()
        self.of_instances: set[str] = set()
        self.terms: tuple[Term, ...] = ANY_ROW
        #: Whether its rows decide more than how those look that they are joined to.
        self.decides = False
        #: Whether any column may decide, and whether rows matter that are not in the result.
        self.any_column = self.any_row = False
        self.why: str | None = None

    def widen(self, why: str) -> None:
        """Let any of its columns matter, of any row."""
        self.any_column = self.any_row = self.decides = True
        self.why = why

    @property
    def parent(self) -> str:
        """The alias of what it is joined to; empty for the first table."""
        return self.join.parent_alias or ""

    @property
    def is_of_result(self) -> bool:
        """Whether its rows are those of the result: the model's own table's, or a parent's of the model."""
        remote = getattr(getattr(self.join, "join_field", None), "remote_field", None)
        return not self.parent or getattr(remote, "parent_link", False) is True

    def edges(self) -> Iterator[tuple[Place, Place]]:
        """Yield which columns of what it is joined to equal which of its own."""
        if self.parent:
            for before, own in self.join.join_fields:
                yield (self.parent, before.attname), (self.alias, own.attname)

    def conditions(self) -> Iterator[Any]:
        """Yield what else the ON clause asks."""
        if not self.parent:
            return
        extra = self.join.join_field.get_extra_restriction(self.alias, self.parent)
        if extra:
            yield extra
        if self.join.filtered_relation is not None:
            yield self.join.filtered_relation.resolved_condition
