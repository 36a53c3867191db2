"""Which rows of each table a SELECT is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models.sql.constants import INNER, LOUTER

from onair.live.matching.reads import ANY_ROW, Condition, Term
from onair.live.reading.predicates import MOST_TERMS, Conjunction, disjunction_of
from onair.live.reading.results import Results
from onair.live.reading.tabled import Place, Tabled
from onair.live.reading.tables import is_compared, is_followed


def find_terms(tables: Mapping[str, Tabled], where: Any, vendor: str) -> None:
    """Give each table its terms.

    Args:
        tables: those in a FROM clause, by alias.
        where: what is asked of them.
        vendor: the database's, which says how it compares.
    """
    edges = [edge for table in tables.values() for edge in table.edges()]
    asked = [(conjunction, _constants(conjunction, edges)) for conjunction in disjunction_of(where, vendor)]
    for table in tables.values():
        on = _asked_by_join(table, vendor)
        terms = {_term(table, conjunction, on, constants): None for conjunction, constants in asked}
        terms.pop(None, None)
        known = tuple(term for term in terms if term is not None)
        table.terms = known if len(known) <= MOST_TERMS and Term() not in terms else ANY_ROW


def narrow(tables: Mapping[str, Tabled], results: Results, vendor: str) -> None:
    """Limit what is joined for display to what is joined to the rows in the result.

    Args:
        tables: those in a FROM clause, by alias.
        results: the rows of the query.
        vendor: the database's, which says how it compares.
    """
    decisive = {alias for alias, table in tables.items() if table.decides}
    for alias in tuple(decisive):
        parent = tables[alias].parent
        while parent in tables and parent not in decisive:
            decisive.add(parent)
            parent = tables[parent].parent
    for alias, table in tables.items():
        parent = table.parent
        if parent not in tables:
            continue
        for before, own in table.edges():
            if alias not in decisive and (table.join.join_type == LOUTER or _is_kept(table.join.join_field)):
                _limit(table, own[1], results.values(*before), vendor)
            if not tables[parent].decides and _refers(table):
                _limit(tables[parent], before[1], results.values(*before), vendor)


def _is_kept(field: Any) -> bool:
    """Whether it is a foreign key that the database keeps right, so that no row is missing behind it."""
    return getattr(field, "db_constraint", False) is True


def _refers(table: Tabled) -> bool:
    """Whether it refers to what it is joined to: no row of that is in the result without one of its own."""
    join = table.join
    return (
        join.join_type == INNER
        and _is_kept(getattr(join.join_field, "field", None))
        and all(map(is_followed, table.models))
    )


def _limit(table: Tabled, column: str, values: frozenset[Any] | None, vendor: str) -> None:
    if values is None or not table.models:
        return
    if is_compared(table.models[0]._meta.get_field(column), vendor):
        condition = Condition(column, "in", values)
        table.terms = tuple(
            Term(term.equal, tuple(dict.fromkeys((*term.rest, condition)))) for term in table.terms if values
        )


def _constants(conjunction: Conjunction, edges: Iterable[tuple[Place, Place]]) -> dict[Place, Any]:
    """Return the constants that columns equal, those of joined columns too."""
    known = {(atom.alias, atom.column): atom.value for atom in conjunction if atom.is_equality}
    grows = bool(known)
    while grows:
        grows = False
        for one, other in edges:
            for place, equal in ((one, other), (other, one)):
                if place in known and equal not in known:
                    known[equal] = known[place]
                    grows = True
    return known


def _asked_by_join(table: Tabled, vendor: str) -> Conjunction:
    """Return what the ON clause asks of the joined table alone."""
    found = [disjunction_of(condition, vendor) for condition in table.conditions()]
    return tuple(atom for holds in found if len(holds) == 1 for atom in holds[0] if atom.alias == table.alias)


def _term(
    table: Tabled, conjunction: Conjunction, on: Conjunction, constants: Mapping[Place, Any]
) -> Term | None:
    """Return what one conjunction asks of a table's rows, or None where it contradicts itself."""
    atoms = tuple(atom for atom in conjunction if atom.alias == table.alias)
    if table.join.join_type == LOUTER and all(atom.accepts_null for atom in atoms):
        # It holds where no row is joined: then each row matters that would be.
        atoms = ()
    equal = {column: value for (alias, column), value in constants.items() if alias == table.alias}
    rest: dict[Condition, None] = {}
    for atom in (*atoms, *on):
        if not atom.is_equality:
            rest[Condition(atom.column, atom.op, atom.value, atom.negated)] = None
        elif equal.setdefault(atom.column, atom.value) != atom.value:
            return None
    return Term.of(equal, *rest)
