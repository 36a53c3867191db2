"""Writes seen where Django turns them into SQL: the three compilers that write.

Signals would miss ``update()``, bulk writes and SET_NULL, and would make Django load what it deletes. What is
recorded is handed over after the commit (:data:`onair.changes.interest.notes`, and ``silent_notes``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.db.models.sql.compiler import (
    SQLCompiler,
    SQLDeleteCompiler,
    SQLInsertCompiler,
    SQLUpdateCompiler,
)
from django.db.models.sql.constants import ROW_COUNT

from onair.changes import deletes, inserts, interest, last_writes, updates, writing
from onair.changes.notes import Note
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
            with _guarded(compiler):
                insert = inserts.after(compiler.query, returning_fields or (), rows)
                if not insert.is_new:
                    last_writes.note(insert.table.model)
                _put(compiler, insert.record, len(insert.held))
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
            update.ran(count if result_type == ROW_COUNT else None)
            _put_update(compiler, update)
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
            update.ran(len(rows), returning_fields, rows)
            _put_update(compiler, update)
        return rows

    return execute_returning_sql


def _delete(execute: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(execute)
    def execute_sql(compiler: SQLDeleteCompiler, *args: Any, **options: Any) -> Any:
        if not _is_heard() or not deletes.concern(table_of(compiler.query).model):
            return execute(compiler, *args, **options)
        deletion = _looked(compiler, deletes.before, deletes.unknown)
        count = execute(compiler, *args, **options)
        if count != 0:
            with _guarded(compiler):
                effects = deletion.after(count)
                if last_writes.is_kept():
                    last_writes.note_all(effects.rows, effects.tables)
                _put(compiler, effects.put_into, len(effects.rows))
        return count

    return execute_sql


def _put_update(compiler: SQLCompiler, update: updates.Update) -> None:
    if update.count == 0:
        return
    with _guarded(compiler):
        if interest.reads_rows(update.table.model):
            for key in (None,) if update.keys is None else update.keys:
                last_writes.note(update.table.model, key)
        _put(compiler, update.record, len(update.keys or ()))


def _put(compiler: SQLCompiler, note: Note, rows: int) -> None:
    gathering = interest.silent_notes if writing.current().silent else interest.notes
    gathering.put(compiler.connection, lambda notes: notes.add(note, rows))


def _is_captured(compiler: SQLCompiler) -> bool:
    model = table_of(compiler.query).model
    if not interest.is_captured(model):
        return False
    if writing.current().silent:
        last_writes.note(model)
    return _is_heard()


def _is_heard() -> bool:
    """Whether the writes of this context are noted: silent ones where every table is captured."""
    return not writing.current().silent or interest.watches_all()


def _looked(compiler: SQLCompiler, look: Callable[[Any, str], _T], otherwise: Callable[[Any], _T]) -> _T:
    """Look at a query before it runs. Where that fails, say ``otherwise``: that its table changes."""
    try:
        return look(compiler.query, compiler.connection.alias)
    except Exception:
        label = table_of(compiler.query).model._meta.label
        logger.exception("The rows of a write to %s could not be read before it.", label)
        return otherwise(compiler.query)


class _guarded:  # noqa: N801 (used like a function, and faster than one)
    """Whatever goes wrong inside, the write stands: it has been done."""

    __slots__ = ("_compiler",)

    def __init__(self, compiler: SQLCompiler) -> None:
        self._compiler = compiler

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        if not isinstance(error, Exception):
            return False
        label = table_of(self._compiler.query).model._meta.label
        logger.error("A write to %s was not captured.", label, exc_info=error)
        return True


_EXECUTIONS: tuple[tuple[type[SQLCompiler], str, Callable[[Callable[..., Any]], Callable[..., Any]]], ...] = (
    (SQLInsertCompiler, "execute_sql", _insert),
    (SQLUpdateCompiler, "execute_sql", _update),
    (SQLUpdateCompiler, "execute_returning_sql", _returning_update),
    (SQLDeleteCompiler, "execute_sql", _delete),
)
