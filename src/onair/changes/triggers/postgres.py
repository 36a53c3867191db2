"""The triggers of PostgreSQL: one call for each statement, with its rows before and after. Pure.

The function takes whole rows, so that a column that was added, renamed or dropped never breaks a write. It
runs as its owner, so that a role without rights on the outbox can write on, and finds nothing by a search
path. Nobody else may make triggers of it: over a table of his own he would run code as its owner.
"""

from __future__ import annotations

from django.db.backends.utils import truncate_name

from onair.changes.recording import MOST_ROWS
from onair.changes.triggers.table import NOTIFICATION, OUTBOX, PREFIX, Table

#: The longest name.
_NAME = 63

#: The advisory lock of the one transaction that notifies: the first bytes of "onair.outbox".
NOTIFY_LOCK = int.from_bytes(b"onair.ou")

_TRIGGERS = {
    "insert": ("INSERT", "REFERENCING NEW TABLE AS onair_new"),
    "update": ("UPDATE", "REFERENCING OLD TABLE AS onair_old NEW TABLE AS onair_new"),
    "delete": ("DELETE", "REFERENCING OLD TABLE AS onair_old"),
    "truncate": ("TRUNCATE", ""),
}

#: Notifying commits wait for each other, in the whole cluster, so at a time only one transaction does it. The
#: others' entries are found by the reader that it wakes, or at the reader's next look. Where transactions can
#: be prepared nobody notifies: that would be an error in theirs.
_BODY = """
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO {outbox} (label, op) VALUES ({label}, 'T');
    ELSIF TG_OP = 'INSERT' THEN
        IF (SELECT count(*) FROM (SELECT FROM onair_new LIMIT {limit}) AS onair_few) = {limit} THEN
            INSERT INTO {outbox} (label, op) VALUES ({label}, 'M');
        ELSE
            INSERT INTO {outbox} (label, op, new) SELECT {label}, 'I', {row} FROM onair_new AS onair_row;
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        IF (SELECT count(*) FROM (SELECT FROM onair_old LIMIT {limit}) AS onair_few) = {limit} THEN
            INSERT INTO {outbox} (label, op) VALUES ({label}, 'M');
        ELSE
            INSERT INTO {outbox} (label, op, old) SELECT {label}, 'D', {row} FROM onair_old AS onair_row;
        END IF;
    ELSIF (SELECT count(*) FROM (SELECT FROM onair_new LIMIT {limit}) AS onair_few) = {limit} THEN
        INSERT INTO {outbox} (label, op) VALUES ({label}, 'M');
    ELSE
        INSERT INTO {outbox} (label, op, old, new)
        SELECT {label}, CASE WHEN o.j IS NULL THEN 'I' WHEN n.j IS NULL THEN 'D' ELSE 'U' END, o.j, n.j
        FROM (SELECT {row} AS j FROM onair_old AS onair_row) AS o
        FULL JOIN (SELECT {row} AS j FROM onair_new AS onair_row) AS n ON {same_key}
        WHERE o.j IS DISTINCT FROM n.j;
    END IF;
    IF FOUND AND current_setting('max_prepared_transactions') = '0' THEN
        IF pg_try_advisory_xact_lock({lock}) THEN
            PERFORM pg_notify({notification}, '');
        END IF;
    END IF;
    RETURN NULL;
END
"""

FUNCTION = """
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS {body}
"""


def literal(value: str) -> str:
    """Return a text as SQL."""
    return "'" + value.replace("'", "''") + "'"


def function_name(table: Table) -> str:
    return str(truncate_name(f"{PREFIX}_{table.label}", _NAME))


def trigger_names() -> frozenset[str]:
    """Return the names of a table's triggers, which are the same for each."""
    return frozenset(f"{PREFIX}_{name}" for name in _TRIGGERS)


def body(table: Table, schema: str) -> str:
    """Return the source of a table's function, which writes into the outbox of this schema."""
    keys = [literal(name) for name in table.key]
    return _BODY.format(
        outbox=f"{_quote(schema)}.{_quote(OUTBOX)}",
        label=literal(table.label),
        limit=MOST_ROWS + 1,
        row=_row(table),
        same_key=" AND ".join(f"o.j -> {key} = n.j -> {key}" for key in keys),
        lock=NOTIFY_LOCK,
        notification=literal(NOTIFICATION),
    )


def _row(table: Table) -> str:
    """Return a row as jsonb: of bytes only what tells whether they are others."""
    row = "to_jsonb(onair_row)"
    hashes = ", ".join(
        f"{literal(name)}, hashtextextended(to_jsonb(onair_row) ->> {literal(name)}, 0)"
        for name in table.binaries
    )
    return f"{row} || jsonb_build_object({hashes})" if hashes else row


def install(table: Table, schema: str, relation: str) -> list[str]:
    """Return the statements that give a table its triggers, or others than it had.

    Args:
        table: What to install for.
        schema: Where the outbox is; the function comes beside it.
        relation: The table's name, as it is written in SQL.
    """
    function = f"{_quote(schema)}.{_quote(function_name(table))}"
    return [
        FUNCTION.format(function=function, body=literal(body(table, schema))),
        f"REVOKE ALL ON FUNCTION {function}() FROM PUBLIC",
        *(
            f"CREATE OR REPLACE TRIGGER {_quote(f'{PREFIX}_{name}')} AFTER {event} ON {relation} "
            f"{rows} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
            for name, (event, rows) in _TRIGGERS.items()
        ),
    ]


def remove(table: Table, schema: str) -> list[str]:
    """Return the statement that takes a table's triggers, whether it has them or not."""
    return [f"DROP FUNCTION IF EXISTS {_quote(schema)}.{_quote(function_name(table))}() CASCADE"]


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
