"""Reads seen where Django executes them: SELECTs in the compiler, results in querysets, and cursors."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any
from weakref import WeakKeyDictionary

from django.core.exceptions import EmptyResultSet
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet, query
from django.db.models.query import RawQuerySet
from django.db.models.sql.compiler import (
    SQLCompiler,
    SQLDeleteCompiler,
    SQLInsertCompiler,
    SQLUpdateCompiler,
)
from django.db.models.sql.constants import MULTI

from onair.changes import compilers
from onair.live.reading import recorder as recorders
from onair.live.reading.by_hand import all_tables, of_statement
from onair.live.reading.plan import plan
from onair.live.reading.reads import Reads
from onair.live.reading.recorder import Recorder
from onair.live.reading.results import Results
from onair.live.reading.scopes import Scope
from onair.live.reading.statements import reads_nothing

logger = logging.getLogger("onair.live")

_installed = False

#: What a compiler returns for a query of which it knows that there is no result.
_OverNothing: type[Any] = type(iter([]))

#: The SELECTs of the query that is being executed here.
_scopes: ContextVar[list[Scope] | None] = ContextVar("onair.scopes", default=None)

#: What was read for a queryset's results, where it was evaluated while somebody recorded.
_results: WeakKeyDictionary[QuerySet[Any], tuple[Reads, ...]] = WeakKeyDictionary()


def install() -> None:
    """Let recorders see what is read. Further calls do nothing."""
    global _installed
    if _installed:
        return
    _installed = True
    # First, so that what it reads of rows before a write is read inside the write.
    compilers.install()
    for owner, name, hook in _HOOKS:
        if hasattr(owner, name):
            setattr(owner, name, hook(getattr(owner, name)))


def _select(execute: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(execute)
    def execute_sql(compiler: SQLCompiler, *args: Any, **options: Any) -> Any:
        recorder = recorders.current()
        if recorder is None:
            return execute(compiler, *args, **options)
        scopes: list[Scope] = []
        with _executing(scopes):
            result = execute(compiler, *args, **options)
        # Without a single SELECT, or as an iterator over nothing, it can have no result and did not run.
        if scopes and not isinstance(result, _OverNothing):
            is_whole = isinstance(result, list) and (args or (options.get("result_type", MULTI),))[0] == MULTI
            reads = _planned(compiler, scopes, result if is_whole else None)
            recorder.query(reads, reported=recorders.are_columns_reported())
        return result

    return execute_sql


def _write(execute: Callable[..., Any]) -> Callable[..., Any]:
    """What is read for a write's sake is not shown."""

    @wraps(execute)
    def execute_sql(*args: Any, **options: Any) -> Any:
        if recorders.current() is None:
            return execute(*args, **options)
        with recorders.recording(None):
            return execute(*args, **options)

    return execute_sql


def _set_up(set_up: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(set_up)
    def pre_sql_setup(compiler: Any, *args: Any, **options: Any) -> Any:
        result = set_up(compiler, *args, **options)
        if _scopes.get() is not None and result is not None:
            compiler.onair_order_by = result[1]
        return result

    return pre_sql_setup


def _from_clause(write: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(write)
    def get_from_clause(compiler: Any) -> Any:
        scopes = _scopes.get()
        if scopes is not None:
            scopes.append(Scope.of(compiler, getattr(compiler, "onair_order_by", None) or ()))
        return write(compiler)

    return get_from_clause


def _fetch_all(fetch: Callable[..., None]) -> Callable[..., None]:
    @wraps(fetch)
    def fetch_all(queryset: Any) -> None:
        recorder = recorders.current()
        if recorder is None:
            return fetch(queryset)
        if queryset._result_cache is not None and (
            queryset._prefetch_done or not queryset._prefetch_related_lookups
        ):
            return _reuse(queryset, recorder)
        mark = recorder.mark()
        fetch(queryset)
        _results[queryset] = recorder.since(mark)
        return None

    return fetch_all


def _item(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def answer(queryset: Any, key: Any) -> Any:
        recorder = recorders.current()
        if recorder is not None and queryset._result_cache is not None:
            _reuse(queryset, recorder)
        return method(queryset, key)

    return answer


def _number(method: Callable[..., Any]) -> Callable[..., Any]:
    """How many rows there are, and whether there are any, shows none of their columns."""

    @wraps(method)
    def answer(queryset: Any, *args: Any) -> Any:
        recorder = recorders.current()
        if recorder is None:
            return method(queryset, *args)
        with recorders.columns_reported():
            if queryset._result_cache is not None:
                _reuse(queryset, recorder)
            return method(queryset, *args)

    return answer


def _get(method: Callable[..., Any]) -> Callable[..., Any]:
    """It counts its rows, and then gives one of them."""

    @wraps(method)
    def get(*args: Any, **options: Any) -> Any:
        recorder = recorders.current()
        if recorder is None:
            return method(*args, **options)
        mark = recorder.mark()
        result = method(*args, **options)
        reported = recorders.are_columns_reported()
        for reads in recorder.since(mark):
            recorder.query(reads, reported=reported)
        return result

    return get


def _prefetch(prefetch: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(prefetch)
    def prefetch_one_level(instances: Any, prefetcher: Any, lookup: Any, level: int) -> Any:
        recorder = recorders.current()
        if recorder is None:
            return prefetch(instances, prefetcher, lookup, level)
        mark = recorder.mark()
        result = prefetch(instances, prefetcher, lookup, level)
        reads = recorder.since(mark)
        for instance in instances:
            for queryset in getattr(instance, "_prefetched_objects_cache", {}).values():
                _results.setdefault(queryset, reads)
        return result

    return prefetch_one_level


def _statement(execute: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(execute)
    def run(cursor: CursorWrapper, sql: Any, *args: Any, **options: Any) -> Any:
        recorder = recorders.current()
        if recorder is not None and _scopes.get() is None and not reads_nothing(str(sql)):
            recorder.query(Reads(of_statement(str(sql), cursor.db.alias)))
        return execute(cursor, sql, *args, **options)

    return run


def _reuse(queryset: QuerySet[Any], recorder: Recorder) -> None:
    known = _results.get(queryset)
    if known is None:
        known = _results[queryset] = (_read_before(queryset),)
    reported = recorders.are_columns_reported()
    for reads in known:
        recorder.query(reads, reported=reported)


def _read_before(queryset: QuerySet[Any]) -> Reads:
    """Return what a queryset reads whose results were fetched when nobody recorded."""
    if isinstance(queryset, RawQuerySet):
        return Reads(of_statement(queryset.raw_query, queryset.db))
    compiler: Any = queryset.query.clone().get_compiler(using=queryset.db)
    scopes: list[Scope] = []
    try:
        with _executing(scopes):
            compiler.as_sql()
    except EmptyResultSet:
        return Reads(())
    return _planned(compiler, scopes, None)


def _planned(compiler: SQLCompiler, scopes: list[Scope], rows: Any) -> Reads:
    try:
        return plan(compiler, scopes, Results(compiler, rows))
    except Exception:
        logger.exception("A query could not be understood: any change concerns whoever shows its result.")
        return Reads(
            all_tables(compiler.connection.alias, "a query that failed to be understood: see the log")
        )


@contextmanager
def _executing(scopes: list[Scope]) -> Any:
    token = _scopes.set(scopes)
    try:
        yield
    finally:
        _scopes.reset(token)


_HOOKS: tuple[tuple[Any, str, Callable[[Callable[..., Any]], Callable[..., Any]]], ...] = (
    (SQLCompiler, "pre_sql_setup", _set_up),
    (SQLCompiler, "get_from_clause", _from_clause),
    (SQLCompiler, "execute_sql", _select),
    (SQLInsertCompiler, "execute_sql", _write),
    (SQLUpdateCompiler, "execute_sql", _write),
    (SQLUpdateCompiler, "execute_returning_sql", _write),
    (SQLDeleteCompiler, "execute_sql", _write),
    (QuerySet, "_fetch_all", _fetch_all),
    (QuerySet, "__getitem__", _item),
    (QuerySet, "get", _get),
    *((QuerySet, name, _number) for name in ("__len__", "__bool__", "count", "exists", "contains")),
    (RawQuerySet, "_fetch_all", _fetch_all),
    (query, "prefetch_one_level", _prefetch),
    (CursorWrapper, "execute", _statement),
    (CursorWrapper, "executemany", _statement),
)
