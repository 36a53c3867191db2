"""Which columns one SELECT takes, and what for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.db.models.expressions import Col

from onair.live.reading.expressions import Named, Walk
from onair.live.reading.scopes import Scope
from onair.live.reading.tabled import Tabled


class Columns:
    """What a SELECT does with the columns of its tables.

    Args:
        scope: the SELECT.
        tables: those in its FROM, by alias: they are told what is found.
        outside: the tables of an alias that is not among them.
        compared: whether its rows are compared with others', by all of their columns.
    """

    __slots__ = ("_compared", "_outside", "_scope", "_tables", "_walk")

    def __init__(
        self,
        scope: Scope,
        tables: Mapping[str, Tabled],
        outside: Callable[[str], Iterable[Tabled]],
        *,
        compared: bool,
    ) -> None:
        self._scope, self._tables, self._outside = scope, tables, outside
        self._compared = compared
        self._walk = Walk(self._attribute)

    def collect(self) -> list[str]:
        """Tell the tables, and return what SQL by hand there is."""
        query = self._scope.compiler.query
        for table in self._tables.values():
            self._collect_join(table)
        self._walk.through(query.where, self._decides)
        self._walk.through(
            [expression for expression, *_ in self._scope.order_by],
            self._decides if query.is_sliced else self._shows,
        )
        if isinstance(query.group_by, tuple | list):
            self._walk.through(list(query.group_by), self._decides)
        self._collect_selected()
        self._widen(query)
        return [*self._walk.texts, *query.extra_tables]

    def _decides(self, alias: str, column: str) -> None:
        for table in self._named(alias):
            table.membership.add(column)
            table.decides = True

    def _shows(self, alias: str, column: str) -> None:
        if alias in self._tables:
            self._tables[alias].shown.add(column)
        else:
            self._decides(alias, column)

    def _named(self, alias: str) -> Iterable[Tabled]:
        return (self._tables[alias],) if alias in self._tables else self._outside(alias)

    def _attribute(self, alias: str, column: str) -> str | None:
        for table in self._named(alias):
            for model in table.models:
                for field in model._meta.local_concrete_fields:
                    if field.column == column:
                        return field.attname
        return None

    def _collect_join(self, table: Tabled) -> None:
        for (parent, column), (_, own) in table.edges():
            table.membership.add(own)
            for joined in self._named(parent):
                joined.membership.add(column)
        for condition in table.conditions():
            self._walk.through(condition, self._joins(table))

    def _joins(self, table: Tabled) -> Named:
        """Return what is told of an ON clause's columns. Its table's own decide over nothing but the join."""

        def joins(alias: str, column: str) -> None:
            if alias == table.alias:
                table.membership.add(column)
            else:
                self._decides(alias, column)

        return joins

    def _collect_selected(self) -> None:
        compiler = self._scope.compiler
        of_instances: set[int] = set()
        if compiler.query.default_cols and not self._compared:
            of_instances.update(_positions(compiler.klass_info))
        for position, (expression, *_) in enumerate(compiler.select or ()):
            if type(expression) is Col and expression.alias in self._tables:
                table = self._tables[expression.alias]
                columns = table.of_instances if position in of_instances else table.shown
                columns.add(expression.target.attname)
            else:
                self._walk.through(expression, self._shows)

    def _widen(self, query: Any) -> None:
        walk = self._walk
        if walk.has_window:
            for table in self._tables.values():
                table.any_row = table.decides = True
        why = None
        if walk.unknown:
            why = f"not understood: {', '.join(sorted(walk.unknown))}"
        elif query.distinct_fields:
            why = "DISTINCT ON"
        if why is not None:
            for table in self._tables.values():
                table.widen(why)


def _positions(klass_info: Any) -> Iterator[int]:
    """Return where in a row the columns of instances are, those of related ones too."""
    if klass_info is not None:
        yield from klass_info["select_fields"]
        for related in klass_info.get("related_klass_infos", ()):
            yield from _positions(related)
