"""SQL that somebody wrote by hand: the tables that it names, wholly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Model

from onair.live.matching.reads import Reading
from onair.live.reading.tables import all_models, followed, models_in


def named_tables(sql: str, using: str) -> list[Reading]:
    """Return readings of the tables that SQL names, whatever it does with them.

    Args:
        sql: a statement, or a part of one.
        using: the alias of the database.
    """
    return list(_whole(models_in(sql), using, f"SQL by hand names the table: {short(sql)}"))


def all_tables(using: str, why: str) -> list[Reading]:
    """Return readings of all tables, for what nobody can say anything of.

    Args:
        using: the alias of the database.
        why: what was not understood.
    """
    return list(_whole(all_models(), using, why))


def of_statement(sql: str, using: str) -> list[Reading]:
    """Return what a whole statement may read: all tables, where it names none that anybody knows.

    Args:
        sql: the statement.
        using: the alias of the database.
    """
    if models_in(sql):
        return named_tables(sql, using)
    return all_tables(using, f"SQL by hand names no model's table: {short(sql)}")


def short(sql: str) -> str:
    """Return a statement for people, in one line."""
    text = " ".join(sql.split())
    return text if len(text) <= 80 else f"{text[:79]}…"


def _whole(models: Iterable[type[Model]], using: str, why: str) -> Iterator[Reading]:
    for model in sorted(followed(models), key=lambda model: model._meta.label):
        yield Reading(using, model, why=why)
