"""What was read for results that querysets keep, so that whoever uses them again has read it too."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.db.models.query import RawQuerySet
from django.db.models.sql.compiler import SQLCompiler

from onair.live.reading.by_hand import all_tables, of_statement
from onair.live.reading.plan import plan
from onair.live.reading.reads import Reads
from onair.live.reading.recorder import Recorder, are_columns_reported
from onair.live.reading.results import Results
from onair.live.reading.scopes import Scope

logger = logging.getLogger("onair.live")

#: The SELECTs of the query that is being executed here.
_scopes: ContextVar[list[Scope] | None] = ContextVar("onair.scopes", default=None)

#: What was read for a queryset's results, where it was evaluated while somebody recorded.
_results: WeakKeyDictionary[QuerySet[Any], tuple[Reads, ...]] = WeakKeyDictionary()


def keep(queryset: Any, reads: tuple[Reads, ...]) -> None:
    """Remember what was read for a queryset's results, beside what was read for them before."""
    _results[queryset] = (*_results.get(queryset, ()), *reads)


def keep_prefetched(queryset: Any, reads: tuple[Reads, ...]) -> None:
    """Remember what was read for a prefetched queryset, unless that is known: it was another prefetch."""
    _results.setdefault(queryset, reads)


def scopes() -> list[Scope] | None:
    """Return the SELECTs of the query that is being executed here; None where there is none."""
    return _scopes.get()


def reuse(queryset: Any, recorder: Recorder) -> None:
    """Note what was read for the results that a queryset has."""
    known = _results.get(queryset)
    if known is None:
        known = _results[queryset] = (_read_before(queryset),)
    reported = are_columns_reported()
    for reads in known:
        recorder.query(reads, reported=reported)


def _read_before(queryset: Any) -> Reads:
    """Return what a queryset reads whose results were fetched when nobody recorded."""
    if isinstance(queryset, RawQuerySet):
        return Reads(of_statement(queryset.query.sql, queryset.db))
    compiler: Any = queryset.query.clone().get_compiler(using=queryset.db)
    scopes: list[Scope] = []
    try:
        with executing(scopes):
            compiler.as_sql()
    except EmptyResultSet:
        return Reads(())
    return planned(compiler, scopes, None)


def planned(compiler: SQLCompiler, scopes: list[Scope], rows: Sequence[Any] | None) -> Reads:
    """Return what a query has read: of all tables, should that fail.

    Args:
        compiler: which ran it.
        scopes: the SELECTs that it was made of.
        rows: its rows in chunks, None where they are not known.
    """
    try:
        return plan(compiler, scopes, Results(compiler, rows))
    except Exception:
        logger.exception("A query could not be understood: any change concerns whoever shows its result.")
        return Reads(
            all_tables(compiler.connection.alias, "a query that failed to be understood: see the log")
        )


@contextmanager
def executing(scopes: list[Scope]) -> Iterator[None]:
    """Collect the SELECTs of the query that is executed inside."""
    token = _scopes.set(scopes)
    try:
        yield
    finally:
        _scopes.reset(token)
