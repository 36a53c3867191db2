"""SQL by hand: whether it can have read any table."""

from __future__ import annotations

import re

#: Statements that show nothing of what they read.
_SILENT = re.compile(
    r"\s*(?:insert|update|delete|savepoint|release|rollback|begin|commit|start\s+transaction|set|reset|pragma"
    r"|lock|truncate|create|alter|drop|analyze|vacuum|listen|unlisten|notify|discard|declare|close|show)\b",
    re.IGNORECASE,
)
_SELECT_WITHOUT_FROM = re.compile(
    r"\s*select\b(?!.*\b(?:from|table|with|select)\b)", re.IGNORECASE | re.DOTALL
)
_FUNCTION = re.compile(r"(\w+)\s*\(")

#: Functions that look at no table.
_HARMLESS = frozenset(
    {
        *("set_config", "current_setting", "version", "now", "clock_timestamp", "pg_backend_pid"),
        *(
            "pg_advisory_lock",
            "pg_advisory_xact_lock",
            "pg_try_advisory_lock",
            "pg_advisory_unlock",
            "pg_notify",
        ),
        *("nextval", "currval", "pg_current_xact_id", "sqlite_version", "datetime", "date", "random"),
    }
)


def reads_nothing(sql: str) -> bool:
    """Whether a statement clearly shows nothing of any table: a write, a savepoint, ``SELECT 1``."""
    if _SILENT.match(sql):
        return True
    return bool(_SELECT_WITHOUT_FROM.match(sql)) and _HARMLESS.issuperset(
        name.lower() for name in _FUNCTION.findall(sql)
    )
