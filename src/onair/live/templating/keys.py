"""The keys of a list's items."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

#: The key of what a list shows where it has no items. No row's key is like this.
NONE = "\0"


def key_of(row: Any) -> str | None:
    """Return what tells a row from the others of its list, None where it has nothing."""
    if isinstance(row, Model):
        key = row.pk
    elif isinstance(row, dict):
        key = row.get("pk", row.get("id"))
    else:
        key = getattr(row, "live_key", None)
    return None if key is None else str(key)
