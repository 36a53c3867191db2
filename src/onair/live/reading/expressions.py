"""Which columns an SQL expression names."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.db.models.expressions import Col, RawSQL, Window
from django.db.models.sql.query import Query
from django.db.models.sql.where import ExtraWhere, NothingNode

#: Is told the alias of a table and the name of a column's attribute.
Named = Callable[[str, str], None]

_QUALIFIED = re.compile(r"""[`"\[]?([^`"\[\].]+)[`"\]]?\.[`"\[]?([^`"\[\].]+)[`"\]]?""")


class Walk:
    """What a walk through expressions comes by, beside the columns.

    ``texts`` is SQL that somebody wrote; ``unknown`` the kinds of expressions that do not say what they are
    made of; ``has_window`` whether rows are looked at that are not in the result.

    Args:
        attribute: the name of the attribute of a column, by a table's alias and the column's own name.
    """

    __slots__ = ("_attribute", "has_window", "texts", "unknown")

    def __init__(self, attribute: Callable[[str, str], str | None]) -> None:
        self._attribute = attribute
        self.texts: list[str] = []
        self.unknown: set[str] = set()
        self.has_window = False

    def through(self, expression: Any, named: Named) -> None:
        """Tell of each column in an expression.

        A query inside is not entered: its columns are found where it is made into SQL. So are those that it
        takes from outside.
        """
        waiting = [expression]
        while waiting:
            part = waiting.pop()
            if isinstance(part, Col):
                named(part.alias, part.target.attname)
            elif part is None or isinstance(part, Query | NothingNode):
                pass
            elif isinstance(part, RawSQL):
                self._text(part.sql, named)
            elif isinstance(part, ExtraWhere):
                for text in part.sqls:
                    self._text(text, named)
            elif isinstance(part, list | tuple):
                waiting.extend(part)
            elif hasattr(part, "get_source_expressions"):
                self.has_window |= isinstance(part, Window)
                waiting.extend(part.get_source_expressions())
            elif hasattr(part, "resolve_expression") or hasattr(part, "as_sql"):
                self.unknown.add(type(part).__name__)

    def _text(self, text: str, named: Named) -> None:
        """Take SQL that is one column for what it is: Django itself writes such, to prefetch."""
        column = _QUALIFIED.fullmatch(text)
        attribute = self._attribute(column[1], column[2]) if column else None
        if column and attribute:
            named(column[1], attribute)
        else:
            self.texts.append(text)
