"""Writes seen where Django turns them into SQL: the three compilers that write.

Signals would miss ``update()``, bulk writes and SET_NULL, and would make Django load what it deletes. What is
recorded is handed over after the commit (:data:`onair.changes.interest.recordings`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar

from django.db.models.sql.compiler import (
    SQLCompiler,
    SQLDeleteCompiler,
    SQLInsertCompiler,
    SQLUpdateCompiler,
)
from django.db.models.sql.constants import ROW_COUNT

from onair.changes import deletes, inserts, interest, updates, writing
from onair.changes.recording import Recording
from onair.changes.table import table_of

logger = logging.getLogger("onair.changes")

_T = TypeVar("_T")

_installed = False


def install() -> None:
    """Let the compilers tell of watched models' writes. Further calls do nothing."""
    global _installed
    if _installed:
        return
    _installed = True
    for compiler, name, capturing in _EXECUTIONS:
        if hasattr(compiler, name):
            setattr(compiler, name, capturing(getattr(compiler, name)))


def _insert(execute: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(execute)
    def execute_sql(compiler: SQLInsertCompiler, returning_fields: Any = None) -> Any:
        rows = execute(compiler, returning_fields)
        if _is_captured(compiler):
            _record(compiler, partial(inserts.record, compiler.query, returning_fields or (), rows))
        return rows

    return execute_sql


def _update(execute: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(execute)
    def execute_sql(compiler: SQLUpdateCompiler, result_type: Any) -> Any:
        if not _is_captured(compiler):
            return execute(compiler, result_type)
        update = _looked(compiler, updates.before, updates.unknown)
        count = execute(compiler, result_type)
        if update is not None:
            _record(compiler, partial(updates.record, update, count if result_type == ROW_COUNT else None))
        return count

    return execute_sql


def _returning_update(execute: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(execute)
    def execute_returning_sql(compiler: SQLUpdateCompiler, returning_fields: Any) -> Any:
        # Without anything to return it is ``execute_sql`` that runs, and tells.
        returns = returning_fields and compiler.connection.features.can_return_rows_from_update
        if not returns or not _is_captured(compiler):
            return execute(compiler, returning_fields)
        update = _looked(compiler, updates.before, updates.unknown)
        rows = execute(compiler, returning_fields)
        if update is not None:
            answer = {"returning_fields": returning_fields, "rows": rows}
            _record(compiler, partial(updates.record, update, len(rows), **answer))
        return rows

    return execute_returning_sql


def _delete(execute: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(execute)
    def execute_sql(compiler: SQLDeleteCompiler, *args: Any, **options: Any) -> Any:
        if writing.current().silent or not deletes.concern(table_of(compiler.query).model):
            return execute(compiler, *args, **options)
        deletion = _looked(compiler, deletes.before, deletes.unknown)
        count = execute(compiler, *args, **options)
        _record(compiler, partial(deletes.record, deletion, count))
        return count

    return execute_sql


def _is_captured(compiler: SQLCompiler) -> bool:
    return interest.is_captured(table_of(compiler.query).model) and not writing.current().silent


def _looked(compiler: SQLCompiler, look: Callable[[Any, str], _T], otherwise: Callable[[Any], _T]) -> _T:
    """Look at a query before it runs. Where that fails, say ``otherwise``: that its table changes."""
    try:
        return look(compiler.query, compiler.connection.alias)
    except Exception:
        label = table_of(compiler.query).model._meta.label
        logger.exception("The rows of a write to %s could not be read before it.", label)
        return otherwise(compiler.query)


def _record(compiler: SQLCompiler, record: Callable[[Recording], object]) -> None:
    """Record a write that has been done. Whatever goes wrong with that, the write stands."""
    try:
        interest.recordings.put(compiler.connection, record)
    except Exception:
        logger.exception("A write to %s was not captured.", table_of(compiler.query).model._meta.label)


_EXECUTIONS: tuple[tuple[type[SQLCompiler], str, Callable[[Callable[..., Any]], Callable[..., Any]]], ...] = (
    (SQLInsertCompiler, "execute_sql", _insert),
    (SQLUpdateCompiler, "execute_sql", _update),
    (SQLUpdateCompiler, "execute_returning_sql", _returning_update),
    (SQLDeleteCompiler, "execute_sql", _delete),
)
