"""The rows of a result, as far as they say which rows of which table they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Model
from django.db.models.expressions import Col
from django.db.models.sql.compiler import SQLCompiler

#: Of more rows than these the keys are not kept.
MOST_KEYS = 2_000


class Results:
    """The rows that a query has brought, as the database wrote them.

    Args:
        compiler: of the query.
        chunks: the rows. None where they are not known, or too many.
    """

    __slots__ = ("_chunks", "_compiler", "_positions")

    def __init__(self, compiler: SQLCompiler, chunks: Sequence[Sequence[Any]] | None) -> None:
        if chunks is not None and sum(map(len, chunks)) > MOST_KEYS:
            chunks = None
        self._compiler, self._chunks = compiler, chunks
        self._positions: dict[tuple[str, str], int] = {}
        if chunks is not None:
            for position, (expression, *_) in enumerate(compiler.select or ()):
                if type(expression) is Col:
                    self._positions.setdefault((expression.alias, expression.target.attname), position)

    def keys(self, alias: str, model: type[Model]) -> frozenset[Any] | None:
        """Return the primary keys of a table's rows in the result, None where they were not selected."""
        if self._chunks is None:
            return None
        columns = [self._column(alias, field.attname) for field in model._meta.pk_fields]
        if any(column is None for column in columns):
            return None
        if len(columns) == 1:
            return frozenset(columns[0] or ()) - {None}
        return frozenset(zip(*columns, strict=True))

    def values(self, alias: str, column: str) -> frozenset[Any] | None:
        """Return what a column has in the result, without NULL; None where it was not selected."""
        found = self._column(alias, column)
        return None if found is None else frozenset(found) - {None}

    def _column(self, alias: str, column: str) -> list[Any] | None:
        position = self._positions.get((alias, column))
        if position is None or self._chunks is None or self._compiler.select is None:
            return None
        values = [row[position] for chunk in self._chunks for row in chunk]
        expression = self._compiler.select[position][0]
        connection = self._compiler.connection
        for converter in (
            *connection.ops.get_db_converters(expression),
            *expression.get_db_converters(connection),
        ):
            values = [converter(value, expression, connection) for value in values]
        return values
