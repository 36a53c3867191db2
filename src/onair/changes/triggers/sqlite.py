"""The triggers of SQLite: one call for each row. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from onair.changes.triggers.postgres import literal
from onair.changes.triggers.table import OUTBOX, PREFIX, Column, Table

#: Columns in one call of json_object: SQLite takes 127 arguments.
_CHUNK = 60

_INSERT = (
    'CREATE TRIGGER {name} AFTER INSERT ON {relation} BEGIN INSERT INTO "{outbox}" ("label", "op", "new") '
    "VALUES ({label}, 'I', {new}); END"
)
_DELETE = (
    'CREATE TRIGGER {name} AFTER DELETE ON {relation} BEGIN INSERT INTO "{outbox}" ("label", "op", "old") '
    "VALUES ({label}, 'D', {old}); END"
)
_UPDATE = (
    "CREATE TRIGGER {name} AFTER UPDATE ON {relation} BEGIN "
    'INSERT INTO "{outbox}" ("label", "op", "old", "new") '
    "SELECT {label}, 'U', o, n FROM (SELECT {old} AS o, {new} AS n) WHERE o IS NOT n; END"
)

_TRIGGERS = {"insert": _INSERT, "update": _UPDATE, "delete": _DELETE}


def triggers(table: Table, relation: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each of a table's triggers, and the statement that makes it.

    Args:
        table: What to install for, with no column that the database has not.
        relation: The table's name, as it is written in SQL.
    """
    for kind, statement in _TRIGGERS.items():
        is_update = kind == "update"
        name = trigger_name(table, kind)
        yield (
            name,
            statement.format(
                name=_quote(name),
                relation=relation,
                outbox=OUTBOX,
                label=literal(table.label),
                old=_row(table, "OLD", with_binaries=is_update),
                new=_row(table, "NEW", with_binaries=is_update),
            ),
        )


def trigger_name(table: Table, kind: str) -> str:
    return f"{PREFIX}_{kind}_{table.label}"


def trigger_names(table: Table) -> frozenset[str]:
    return frozenset(trigger_name(table, kind) for kind in _TRIGGERS)


def install(table: Table, relation: str) -> list[str]:
    """Return the statements that give a table its triggers, or others than it had."""
    return [*remove(table), *(statement for _, statement in triggers(table, relation))]


def remove(table: Table) -> list[str]:
    """Return the statements that take a table's triggers, whether it has them or not."""
    return [drop(name) for name in sorted(trigger_names(table))]


def drop(name: str) -> str:
    """Return the statement that removes a trigger, if it is there."""
    return f"DROP TRIGGER IF EXISTS {_quote(name)}"


def _row(table: Table, row: str, *, with_binaries: bool) -> str:
    """Return a row as JSON. Of bytes an update says whether they are others, and another write nothing."""
    columns = [column for column in table.columns if with_binaries or not column.is_binary]
    chunks = [columns[start : start + _CHUNK] for start in range(0, len(columns), _CHUNK)]
    objects = [
        "json_object(" + ", ".join(f"{literal(column.name)}, {_value(column, row)}" for column in chunk) + ")"
        for chunk in chunks
    ]
    if len(objects) == 1:
        return objects[0]
    # No value is an object, so that only the braces at the ends are trimmed.
    middle = (f"trim({part}, '{{}}')" for part in objects)
    return "'{' || " + " || ',' || ".join(middle) + " || '}'"


def _value(column: Column, row: str) -> str:
    name = _quote(column.name)
    if column.is_binary:
        return "0" if row == "OLD" else f"OLD.{name} IS NOT NEW.{name}"
    value = f"{row}.{name}"
    # Bytes in a column of another type would be an error of json_object, in the writer's transaction.
    if column.is_real:
        exact = f"printf('%!.17g', {value})"
        return f"CASE typeof({value}) WHEN 'blob' THEN NULL WHEN 'real' THEN {exact} ELSE {value} END"
    return f"CASE typeof({value}) WHEN 'blob' THEN NULL ELSE {value} END"


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
