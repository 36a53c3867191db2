"""Where the demo keeps its data: a file, or the PostgreSQL database that ``DEMO_DATABASE_URL`` names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def sqlite(path: Path | str) -> dict[str, Any]:
    # Readers and one writer at a time, as several processes want it: Django's documents say so.
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode = WAL;"},
    }


def postgresql(url: str) -> dict[str, Any]:
    """Read ``postgresql://user:password@host:port/name?option=value``; an option may be ``host`` as well."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(f"DEMO_DATABASE_URL is {url!r}: write postgresql://user@host/name.")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def chosen(default: Path) -> dict[str, Any]:
    """Return the database that the environment names, or the file."""
    url = os.environ.get("DEMO_DATABASE_URL")
    return postgresql(url) if url else sqlite(os.environ.get("DEMO_DATABASE", default))
