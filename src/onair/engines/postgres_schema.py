"""The SQL of the engine over PostgreSQL. It is apart from the engine, since migrations need no psycopg 3."""

from __future__ import annotations

from importlib.resources import files

#: Which form of the tables and functions this is.
VERSION = 1


def creation() -> str:
    """Return the SQL that makes everything, in place of what was there."""
    return removal() + _read("schema.sql")


def removal() -> str:
    """Return the SQL that takes everything away, where it is."""
    return _read("drop.sql")


def _read(name: str) -> str:
    return files("onair.engines").joinpath("postgres", name).read_text("utf-8")
