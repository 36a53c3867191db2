"""One SELECT of a query, as its compiler left it: the query itself, or one inside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models.sql.compiler import SQLCompiler


@dataclass(frozen=True, slots=True)
class Scope:
    """A SELECT that was made into SQL.

    Args:
        compiler: which did it, with the expressions that it selects.
        order_by: the expressions that its rows are ordered by.
        aliases: of the tables in its FROM.
    """

    compiler: SQLCompiler
    order_by: tuple[Any, ...]
    aliases: tuple[str, ...]

    @classmethod
    def of(cls, compiler: SQLCompiler, order_by: Iterable[Any]) -> Scope:
        """Return the scope of a compiler that is about to write its FROM clause."""
        counts = compiler.query.alias_refcount
        return cls(
            compiler, tuple(order_by), tuple(alias for alias in compiler.query.alias_map if counts[alias])
        )
