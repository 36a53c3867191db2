"""A query that ran, as readings: for each table in it, which rows it is about, and what it takes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Model
from django.db.models.expressions import Col
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.constants import LOUTER

from onair.live.matching.reads import ANY_ROW, Condition, Reading, Term
from onair.live.reading.expressions import Walk
from onair.live.reading.predicates import (
    MOST_TERMS,
    Atom,
    Conjunction,
    Disjunction,
    disjunction_of,
)
from onair.live.reading.reads import Reads
from onair.live.reading.results import Results
from onair.live.reading.scopes import Scope
from onair.live.reading.tables import all_models, followed, is_compared, models_in, models_of

#: A column of an alias.
Place = tuple[str, str]


def whole_tables(models: Iterable[type[Model]], using: str, why: str) -> Iterator[Reading]:
    """Return readings of any row and any column.

    Args:
        models: concrete models.
        using: the alias of the database.
        why: what was not understood.
    """
    for model in sorted(followed(models), key=lambda model: model._meta.label):
        yield Reading(using, model, why=why)


def of_text(sql: str, using: str) -> Iterator[Reading]:
    """Return what a statement may read that somebody wrote by hand.

    Args:
        sql: the statement, or a part of one.
        using: the alias of the database.
    """
    named = models_in(sql)
    if named:
        return whole_tables(named, using, f"SQL by hand names the table: {_short(sql)}")
    return whole_tables(all_models(), using, f"SQL by hand names no model's table: {_short(sql)}")


def _short(sql: str) -> str:
    text = " ".join(sql.split())
    return text if len(text) <= 80 else f"{text[:79]}…"


def plan(compiler: SQLCompiler, scopes: Sequence[Scope], results: Results) -> Reads:
    """Return what a query has read.

    Args:
        compiler: which ran it.
        scopes: the SELECTs that it was made of.
        results: its rows, as far as they are known.
    """
    return _Plan(compiler, scopes, results).reads()


class _Table:
    """What is found out of one table under one alias."""

    __slots__ = (
        *("alias", "any_column", "decisive", "instance_columns", "is_any_row", "join", "membership"),
        *("models", "shown", "terms", "why"),
    )

    def __init__(self, alias: str, join: Any) -> None:
        self.alias, self.join = alias, join
        self.models = models_of(join.table_name)
        self.membership: set[str] = set()
        self.any_column = False
        #: Whether rows matter that are not in the result.
        self.is_any_row = False
        self.shown: set[str] = set()
        self.instance_columns: set[str] = set()
        #: Whether the rows of this table decide more than how those that they are joined to look.
        self.decisive = False
        self.terms: tuple[Term, ...] = ANY_ROW
        self.why: str | None = None

    def widen(self, why: str) -> None:
        self.any_column = self.is_any_row = self.decisive = True
        self.why = why


class _Plan:
    __slots__ = ("_compiler", "_readings", "_results", "_scopes", "_tables", "_using", "_vendor")

    def __init__(self, compiler: SQLCompiler, scopes: Sequence[Scope], results: Results) -> None:
        self._compiler, self._scopes, self._results = compiler, scopes, results
        self._using: str = compiler.connection.alias
        self._vendor = compiler.connection.vendor
        self._tables = [
            {alias: _Table(alias, scope.compiler.query.alias_map[alias]) for alias in scope.aliases}
            for scope in scopes
        ]
        self._readings: list[Reading] = []

    def reads(self) -> Reads:
        for scope, tables in zip(self._scopes, self._tables, strict=True):
            _Columns(self, scope, tables).collect()
        reported: dict[int, frozenset[str]] = {}
        for scope, tables in zip(self._scopes, self._tables, strict=True):
            self._find_terms(scope, tables)
            known = self._results if scope.compiler is self._compiler else None
            if known is not None:
                _narrow(tables, known, self._vendor)
            for table in tables.values():
                self._add(table, scope, known, reported)
        return Reads(self._readings, reported)

    def named(self, tables: Mapping[str, _Table], alias: str) -> Iterator[_Table]:
        """Return the table of an alias: of this SELECT, else of those around it."""
        if alias in tables:
            yield tables[alias]
            return
        for others in self._tables:
            if alias in others:
                yield others[alias]

    def add_text(self, text: str, tables: Mapping[str, _Table]) -> None:
        """Take SQL that was written by hand as touching all columns here, and what else it names."""
        for table in tables.values():
            table.widen(f"SQL by hand: {_short(text)}")
        own = {model for table in tables.values() for model in table.models}
        why = f"SQL by hand names the table: {_short(text)}"
        self._readings.extend(whole_tables(models_in(text) - own, self._using, why))

    def _find_terms(self, scope: Scope, tables: Mapping[str, _Table]) -> None:
        where = disjunction_of(scope.compiler.query.where, self._vendor)
        joins = [table.join for table in tables.values() if table.join.parent_alias is not None]
        edges = [edge for join in joins for edge in _edges(join)]
        closed = [(conjunction, _flowed(conjunction, edges, self._vendor)) for conjunction in where]
        for table in tables.values():
            table.terms = _terms(table, closed, self._on(table, scope))

    def _on(self, table: _Table, scope: Scope) -> Conjunction:
        """Return what the ON clause asks of the joined table alone."""
        atoms: list[Atom] = []
        for condition in _conditions(table.join):
            holds: Disjunction = disjunction_of(condition, self._vendor)
            if len(holds) == 1:
                atoms.extend(atom for atom in holds[0] if atom.alias == table.alias)
        return tuple(atoms)

    def _add(
        self, table: _Table, scope: Scope, known: Results | None, reported: dict[int, frozenset[str]]
    ) -> None:
        query = scope.compiler.query
        keys = None
        if known is not None and _is_row_of_base(table) and not (query.low_mark or table.is_any_row):
            keys = known.keys(table.alias, table.models)
        membership = None if table.any_column else frozenset(table.membership)
        shown = frozenset(table.shown)
        for model in followed(table.models):
            if table.instance_columns:
                reported[len(self._readings)] = shown
            columns = shown | table.instance_columns
            self._readings.append(
                Reading(self._using, model, table.terms, membership, columns, keys, table.why)
            )


class _Columns:
    """Which columns one SELECT takes, and what for."""

    __slots__ = ("_plan", "_scope", "_tables", "_walk")

    def __init__(self, plan: _Plan, scope: Scope, tables: Mapping[str, _Table]) -> None:
        self._plan, self._scope, self._tables = plan, scope, tables
        self._walk = Walk(self._decides)

    def collect(self) -> None:
        query = self._scope.compiler.query
        for table in self._tables.values():
            self._collect_join(table)
        self._walk.through(query.where)
        self._collect_order()
        if isinstance(query.group_by, tuple | list):
            self._walk.through(list(query.group_by))
        self._collect_selected()
        self._widen()

    def _decides(self, alias: str, column: str) -> None:
        for table in self._plan.named(self._tables, alias):
            table.membership.add(column)
            table.decisive = True

    def _shows(self, alias: str, column: str) -> None:
        if alias in self._tables:
            self._tables[alias].shown.add(column)
        else:
            self._decides(alias, column)

    def _collect_join(self, table: _Table) -> None:
        join = table.join
        if join.parent_alias is None:
            return
        for (parent, column), (alias, own) in _edges(join):
            for joined in self._plan.named(self._tables, parent):
                joined.membership.add(column)
            self._tables[alias].membership.add(own)
        for condition in _conditions(join):
            self._walk.through(condition, self._joins_by(table.alias))

    def _joins_by(self, own: str) -> Any:
        def joins(alias: str, column: str) -> None:
            if alias == own:
                self._tables[own].membership.add(column)
            else:
                self._decides(alias, column)

        return joins

    def _collect_order(self) -> None:
        named = self._decides if self._scope.decides_rows else self._shows
        for ordering, *_ in self._scope.order_by:
            self._walk.through(ordering, named)

    def _collect_selected(self) -> None:
        compiler = self._scope.compiler
        of_instances = set(_positions(compiler.klass_info)) if compiler.query.default_cols else set()
        for position, (expression, *_) in enumerate(compiler.select or ()):
            if type(expression) is Col and expression.alias in self._tables:
                table = self._tables[expression.alias]
                columns = table.instance_columns if position in of_instances else table.shown
                columns.add(expression.target.attname)
            else:
                self._walk.through(expression, self._shows)

    def _widen(self) -> None:
        query, walk = self._scope.compiler.query, self._walk
        for text in (*walk.texts, *query.extra_tables):
            self._plan.add_text(text, self._tables)
        why = (
            f"not understood: {', '.join(sorted(set(walk.unknown)))}"
            if walk.unknown
            else "DISTINCT ON"
            if query.distinct_fields
            else None
        )
        if why:
            for table in self._tables.values():
                table.widen(why)
        if walk.has_window:
            for table in self._tables.values():
                table.is_any_row = table.decisive = True


def _edges(join: Any) -> Iterator[tuple[Place, Place]]:
    """Return which column of the table before equals which of the joined one."""
    for before, joined in join.join_fields:
        yield (join.parent_alias, before.attname), (join.table_alias, joined.attname)


def _conditions(join: Any) -> Iterator[Any]:
    """Return what else the ON clause of a join asks."""
    if join.parent_alias is None:
        return
    extra = join.join_field.get_extra_restriction(join.table_alias, join.parent_alias)
    if extra:
        yield extra
    if join.filtered_relation is not None:
        yield join.filtered_relation.resolved_condition


def _positions(klass_info: Any) -> Iterator[int]:
    """Return where in a row the columns of instances are, those of related ones too."""
    if klass_info is None:
        return
    yield from klass_info["select_fields"]
    for related in klass_info.get("related_klass_infos", ()):
        yield from _positions(related)


def _flowed(conjunction: Conjunction, edges: Sequence[tuple[Place, Place]], vendor: str) -> dict[Place, Any]:
    """Return the constants that columns equal, those of joined columns too."""
    known = {
        (atom.alias, atom.column): atom.value
        for atom in conjunction
        if atom.op == "exact" and not atom.negated
    }
    found = bool(known)
    while found:
        found = False
        for one, other in edges:
            for place, equal in ((one, other), (other, one)):
                if place in known and equal not in known:
                    known[equal] = known[place]
                    found = True
    return known


def _terms(
    table: _Table, conjunctions: Sequence[tuple[Conjunction, dict[Place, Any]]], on: Conjunction
) -> tuple[Term, ...]:
    terms: dict[Term, None] = {}
    for conjunction, constants in conjunctions:
        atoms = tuple(atom for atom in conjunction if atom.alias == table.alias)
        if table.join.join_type == LOUTER and all(atom.accepts_null for atom in atoms):
            # It holds where no row is joined: then each row matters that would be.
            atoms = ()
        equal = {column: value for (alias, column), value in constants.items() if alias == table.alias}
        term = _term((*atoms, *on), equal)
        if term is not None:
            terms[term] = None
    return tuple(terms) if len(terms) <= MOST_TERMS and Term() not in terms else ANY_ROW


def _term(atoms: Conjunction, equal: dict[str, Any]) -> Term | None:
    """Return a term, or None where it contradicts itself."""
    rest: dict[Condition, None] = {}
    for atom in atoms:
        if atom.op != "exact" or atom.negated:
            rest[Condition(atom.column, atom.op, atom.value, atom.negated)] = None
        elif equal.setdefault(atom.column, atom.value) != atom.value:
            return None
    return Term.of(equal, *rest)


def _is_row_of_base(table: _Table) -> bool:
    """Whether the table's rows are those of the result: the model's own table, or that of a parent."""
    join = table.join
    return join.parent_alias is None or getattr(
        getattr(join.join_field, "remote_field", None), "parent_link", False
    )


def _narrow(tables: Mapping[str, _Table], results: Results, vendor: str) -> None:
    """Limit what is joined for display to what is joined to the rows in the result."""
    decisive = {alias for alias, table in tables.items() if table.decisive}
    for alias in decisive.copy():
        while (alias := tables[alias].join.parent_alias) is not None and alias in tables:
            decisive.add(alias)
    for alias, table in tables.items():
        join = table.join
        if join.parent_alias is None or alias in decisive or not _is_for_display(join):
            continue
        for place, (_, column) in _edges(join):
            values = results.values(*place)
            field = table.models[0]._meta.get_field(column) if table.models else None
            if values is None or not is_compared(field, vendor):
                continue
            condition = Condition(column, "in", values)
            table.terms = tuple(Term(term.equal, (*term.rest, condition)) for term in table.terms if values)


def _is_for_display(join: Any) -> bool:
    """Whether a join takes no row away: it may be without a row, or the database sees that there is one."""
    if join.join_type == LOUTER:
        # A row that nothing kept from being deleted, or may come later than what refers to it.
        return True
    field = join.join_field
    return bool(getattr(field, "many_to_one", False) or getattr(field, "one_to_one", False)) and getattr(
        field, "db_constraint", False
    )
