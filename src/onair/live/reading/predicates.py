"""The conditions of a WHERE clause, as a disjunction of conjunctions of what Python can compare.

What Python cannot compare is left out of its conjunction: it may hold or not.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import lookups
from django.db.models.expressions import Col, ColPairs
from django.db.models.fields import related_lookups, tuple_lookups
from django.db.models.sql.where import AND, OR, NothingNode, WhereNode

from onair.changes.table import is_plain
from onair.live.reading.tables import is_compared, is_ordered

#: More conjunctions than this are not told apart.
MOST_TERMS = 32

_MODULES = frozenset({lookups.__name__, related_lookups.__name__, tuple_lookups.__name__})
_ORDERINGS = frozenset({"gt", "gte", "lt", "lte", "range"})


class Atom(NamedTuple):
    """One column of one alias, compared with constants."""

    alias: str
    column: str
    op: str
    value: Any
    negated: bool

    @property
    def is_equality(self) -> bool:
        return self.op == "exact" and not self.negated

    @property
    def accepts_null(self) -> bool:
        """Whether it holds where an outer join has found no row."""
        return self.op == "isnull" and self.value is True


Conjunction = tuple[Atom, ...]
Disjunction = tuple[Conjunction, ...]

#: What may always hold, and what never does.
TRUE: Disjunction = ((),)
FALSE: Disjunction = ()


def disjunction_of(node: Any, vendor: str, negated: bool = False) -> Disjunction:
    """Return what has to hold.

    Args:
        node: a resolved WHERE clause, or a part of one.
        vendor: the database's, which says how it compares.
        negated: whether it is what must not hold.
    """
    if isinstance(node, WhereNode):
        return _of_node(node, vendor, negated ^ node.negated)
    if isinstance(node, NothingNode):
        return TRUE if negated else FALSE
    if type(node).__module__ not in _MODULES:
        return TRUE
    if type(node.lhs) is Col:
        return _of_lookup(node, vendor, negated)
    return _of_columns(node, vendor, negated) if isinstance(node.lhs, ColPairs) else TRUE


def _of_node(node: WhereNode, vendor: str, negated: bool) -> Disjunction:
    if node.connector not in (AND, OR):
        return TRUE
    parts = [disjunction_of(child, vendor, negated) for child in node.children]
    if not parts:
        return TRUE
    # NOT (a AND b) is (NOT a) OR (NOT b), in SQL's logic of three values as well.
    return _all_of(parts) if (node.connector == AND) != negated else _any_of(parts)


def _all_of(parts: list[Disjunction]) -> Disjunction:
    whole = TRUE
    for part in sorted(parts, key=len):
        if len(whole) * len(part) <= MOST_TERMS:
            whole = tuple(one + other for one in whole for other in part)
    return whole


def _any_of(parts: list[Disjunction]) -> Disjunction:
    whole = tuple(conjunction for part in parts for conjunction in part)
    return whole if len(whole) <= MOST_TERMS and () not in whole else TRUE


def _of_lookup(lookup: Any, vendor: str, negated: bool) -> Disjunction:
    column, op, value = lookup.lhs, lookup.lookup_name, lookup.rhs
    if lookup.bilateral_transforms or hasattr(value, "resolve_expression"):
        return TRUE
    field = column.target

    def atom(op: str, value: Any, negated: bool) -> Atom:
        return Atom(column.alias, field.attname, op, value, negated)

    if op == "isnull":
        return ((atom(op, bool(value) ^ negated, False),),) if is_plain(field) else TRUE
    if op == "exact":
        if value is None or not is_compared(field, vendor):
            return TRUE
        return ((atom(op, _constant(value), negated),),)
    if op == "in":
        return _of_membership(atom, value, negated) if is_compared(field, vendor) else TRUE
    if op in _ORDERINGS and is_ordered(field, vendor):
        constant = tuple(map(_constant, value)) if op == "range" else _constant(value)
        return TRUE if constant is None or constant == (None, None) else ((atom(op, constant, negated),),)
    return TRUE


def _of_columns(lookup: Any, vendor: str, negated: bool) -> Disjunction:
    """Return what is asked of a key of several columns."""
    if negated or lookup.lookup_name not in ("exact", "in") or hasattr(lookup.rhs, "resolve_expression"):
        return TRUE
    columns = lookup.lhs.get_cols()
    if not all(is_compared(column.target, vendor) for column in columns):
        return TRUE
    rows = [tuple(row) for row in ([lookup.rhs] if lookup.lookup_name == "exact" else lookup.rhs)]
    if any(hasattr(value, "resolve_expression") for row in rows for value in row):
        return TRUE
    return _any_of(
        [
            (
                tuple(
                    Atom(column.alias, column.target.attname, "exact", _constant(value), False)
                    for column, value in zip(columns, row, strict=True)
                ),
            )
            for row in rows
            if None not in row
        ]
    )


def _of_membership(atom: Any, values: Any, negated: bool) -> Disjunction:
    if any(hasattr(value, "resolve_expression") for value in values):
        return TRUE
    constants = frozenset(_constant(value) for value in values if value is not None)
    if not constants:
        return TRUE if negated else FALSE
    if negated or len(constants) > MOST_TERMS:
        return ((atom("in", constants, negated),),)
    return tuple((atom("exact", constant, False),) for constant in constants)


def _constant(value: Any) -> Any:
    """Return a constant without the enumeration that it may be a member of."""
    if type(value) in (int, str, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value
