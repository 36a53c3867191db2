"""A query that ran, as readings: for each table in it, which rows it is about, and what it takes of them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models.sql.compiler import SQLCompiler

from onair.live.matching.reads import Reading
from onair.live.reading.by_hand import all_tables, named_tables, short
from onair.live.reading.columns import Columns
from onair.live.reading.reads import Reads
from onair.live.reading.results import Results
from onair.live.reading.scopes import Scope
from onair.live.reading.tabled import Tabled
from onair.live.reading.tables import followed
from onair.live.reading.terms import find_terms, narrow


def plan(compiler: SQLCompiler, scopes: Sequence[Scope], results: Results) -> Reads:
    """Return what a query has read.

    Args:
        compiler: which ran it.
        scopes: the SELECTs that it was made of.
        results: its rows, as far as they are known.
    """
    using, vendor = compiler.connection.alias, compiler.connection.vendor
    froms = [
        {alias: Tabled(alias, scope.compiler.query.alias_map[alias]) for alias in scope.aliases}
        for scope in scopes
    ]
    counted = getattr(compiler.query, "inner_query", compiler.query)
    compared = counted.combinator is not None
    readings = []
    for scope, tables in zip(scopes, froms, strict=True):
        # An alias from outside is one of the SELECTs around it, which may have been given to several.
        columns = Columns(
            scope, tables, lambda alias: [f[alias] for f in froms if alias in f], compared=compared
        )
        for text in columns.collect():
            for table in tables.values():
                table.widen(f"SQL by hand: {short(text)}")
            readings.extend(named_tables(text, using))
        if any(not table.models for table in tables.values()):
            readings.extend(all_tables(using, "a table that is no model's"))
    reported = {}
    for scope, tables in zip(scopes, froms, strict=True):
        find_terms(tables, scope.compiler.query.where, vendor)
        is_main = scope.compiler is compiler
        if is_main:
            narrow(tables, results, vendor)
        keyed = is_main and not scope.compiler.query.low_mark
        for table in tables.values():
            for reading in _readings(table, using, results if keyed else None):
                if table.of_instances:
                    reported[len(readings)] = frozenset(table.shown)
                readings.append(reading)
    return Reads(readings, reported)


def _readings(table: Tabled, using: str, results: Results | None) -> list[Reading]:
    if not table.terms:
        return []
    keys = None
    if results is not None and table.is_of_result and not table.any_row and len(table.models) == 1:
        keys = results.keys(table.alias, table.models[0])
    membership = None if table.any_column else frozenset(table.membership)
    shown = frozenset(table.shown | table.of_instances)
    return [
        Reading(using, model, table.terms, membership, shown, keys, table.why)
        for model in followed(table.models)
    ]
