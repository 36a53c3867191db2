from __future__ import annotations

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class TransactionIdField(models.BigIntegerField):  # type: ignore[type-arg]  # not at run time
    """The id of the transaction that wrote a row, where the database tells: PostgreSQL does."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return "xid8" if connection.vendor == "postgresql" else super().db_type(connection)


class Entry(models.Model):
    """What a trigger wrote down: one row that was written, or that too many were.

    ``op`` is I, U or D for a row that was inserted, updated or deleted, M for more rows than are named, and T
    for TRUNCATE. ``old`` and ``new`` are the row before and after, by its columns. Only triggers write here.
    """

    id = models.BigAutoField(primary_key=True)
    xid = TransactionIdField(null=True)
    label = models.CharField(max_length=200)
    op = models.CharField(max_length=1)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"{self.op} {self.label}"
