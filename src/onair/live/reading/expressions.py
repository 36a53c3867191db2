"""Which columns an SQL expression names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models.expressions import Col, RawSQL, Window
from django.db.models.sql.query import Query
from django.db.models.sql.where import ExtraWhere, NothingNode

Named = Callable[[str, str], None]


class Walk:
    """What a walk through expressions comes by, beside the columns.

    ``texts`` is SQL that somebody wrote; ``unknown`` the kinds of expressions that do not say what they are
    made of; ``has_window`` whether rows are looked at that are not in the result.
    """

    __slots__ = ("_named", "has_window", "texts", "unknown")

    def __init__(self, named: Named) -> None:
        self._named = named
        self.texts: list[str] = []
        self.unknown: list[str] = []
        self.has_window = False

    def through(self, expression: Any, named: Named | None = None) -> None:
        """Tell of each column in an expression: its alias, and its attribute's name.

        A query inside is not entered: its columns are found where it is made into SQL. So are those that it
        takes from outside.
        """
        waiting = [expression]
        named = named or self._named
        while waiting:
            part = waiting.pop()
            if isinstance(part, Col):
                named(part.alias, part.target.attname)
            elif part is None or isinstance(part, Query | NothingNode):
                pass
            elif isinstance(part, RawSQL):
                self.texts.append(part.sql)
            elif isinstance(part, ExtraWhere):
                self.texts.extend(part.sqls)
            elif isinstance(part, list | tuple):
                waiting.extend(part)
            elif hasattr(part, "get_source_expressions"):
                self.has_window |= isinstance(part, Window)
                waiting.extend(part.get_source_expressions())
            elif hasattr(part, "resolve_expression") or hasattr(part, "as_sql"):
                self.unknown.append(type(part).__name__)
