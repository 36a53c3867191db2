"""Reads seen where Django executes them: SELECTs in the compiler, results in querysets, and cursors."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

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
from onair.live.reading import kept
from onair.live.reading import recorder as recorders
from onair.live.reading.by_hand import of_statement
from onair.live.reading.reads import Reads
from onair.live.reading.scopes import Scope
from onair.live.reading.statements import reads_nothing

_installed = False

#: What a compiler returns for a query of which it knows that there is no result.
_OverNothing: type[Any] = type(iter([]))


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
        with kept.executing(scopes):
            result = execute(compiler, *args, **options)
        # Without a single SELECT, or as an iterator over nothing, it can have no result and did not run.
        if scopes and not isinstance(result, _OverNothing):
            is_whole = isinstance(result, list) and (args or (options.get("result_type", MULTI),))[0] == MULTI
            reads = kept.planned(compiler, scopes, result if is_whole else None)
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
        if kept.scopes() is not None and result is not None:
            compiler.onair_order_by = result[1]
        return result

    return pre_sql_setup


def _from_clause(write: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(write)
    def get_from_clause(compiler: Any) -> Any:
        scopes = kept.scopes()
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
            return kept.reuse(queryset, recorder)
        mark = recorder.mark()
        fetch(queryset)
        kept.keep(queryset, recorder.since(mark))
        return None

    return fetch_all


def _item(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def answer(queryset: Any, key: Any) -> Any:
        recorder = recorders.current()
        if recorder is not None and queryset._result_cache is not None:
            kept.reuse(queryset, recorder)
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
                kept.reuse(queryset, recorder)
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
                kept.keep_prefetched(queryset, reads)
        return result

    return prefetch_one_level


def _statement(execute: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(execute)
    def run(cursor: CursorWrapper, sql: Any, *args: Any, **options: Any) -> Any:
        recorder = recorders.current()
        if recorder is not None and kept.scopes() is None and not reads_nothing(str(sql)):
            recorder.query(Reads(of_statement(str(sql), cursor.db.alias)))
        return execute(cursor, sql, *args, **options)

    return run


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
