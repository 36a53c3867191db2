"""What a region was rendered from, as far as it decides which changes concern it. Values only.

A query is told as one :class:`Reading` for each table in its SQL; for a table that it names twice, two, and
more for the queries inside it. All columns are attribute names (``room_id``), as in
:class:`onair.changes.change.RowChange`.

Whoever makes these may always say less, and never more, than the query does: a condition that is left out, a
set that is None. Then more changes concern the region than need to, and none is missed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

#: What a condition may ask. Anything else is left out of its term.
OPS = frozenset({"exact", "in", "gt", "gte", "lt", "lte", "range", "isnull"})


@dataclass(frozen=True, slots=True)
class Condition:
    """What one column of a row is compared with.

    The column's field has to be one of Django's own, with no collation of its own, in a database that
    compares text byte by byte. No JSON: what it writes as None is not NULL.

    Args:
        column: the attribute's name.
        op: one of :data:`OPS`. ``exact`` is for what is negated; else it belongs to a term's ``equal``.
        value: constants as the field loads them, never None: one of them; a frozenset for ``in``; a pair,
            whose ends belong to it, for ``range``; a bool for ``isnull``.
        negated: whether it must not hold. As in SQL, NULL neither holds nor does not; ``isnull`` does.
    """

    column: str
    op: str
    value: Any
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """Conditions that hold together. What is not here may hold or not.

    Args:
        equal: pairs of a column and the constant that it equals, each column once; see :meth:`of`.
        rest: the other conditions.
    """

    equal: tuple[tuple[str, Any], ...] = ()
    rest: tuple[Condition, ...] = ()

    @classmethod
    def of(cls, equal: Mapping[str, Any], *rest: Condition) -> Term:
        """Return the term with these constants by column, in an order that does not depend on theirs."""
        return cls(tuple(sorted(equal.items(), key=lambda pair: pair[0])), rest)


#: Any row, and the terms of a query that any row may be in.
ANY = Term()
ANY_ROW = (ANY,)


@dataclass(frozen=True, slots=True)
class Reading:
    """One table in one query, under one alias.

    A row whose values fit no term neither is, nor becomes, part of what the query returns. So a joined table
    that is only displayed is told by a term of its own: behind a foreign key ``Condition("id", "in", keys in
    the result)``, behind a reverse one ``Condition("message_id", "in", keys of the messages in the result)``.
    Only where neither it nor what is joined to it is filtered by, and the database keeps foreign keys right.

    Args:
        using: the alias of the database.
        model: the concrete model of the table itself: a parent's for inherited columns.
        terms: of which one has to hold (at most 32, else :data:`ANY_ROW`). None at all: no row can match.
        membership: the columns that decide which rows are in the result, those of left-out conditions and of
            an inner query's ``OuterRef`` among them; of a slice also those of its order. None: any column.
        shown: the columns that decide how the rows in the result look: displayed, ordered by, aggregated.
            None: any column.
        keys: the primary keys of the table's rows in the result, where others matter only when they enter it.
            None: not known; so for a count, a slice with an offset, DISTINCT, groups, a joined table.
        why: what was not understood and so left out, for people.
    """

    using: str
    model: type[Model]
    terms: tuple[Term, ...] = ANY_ROW
    membership: frozenset[str] | None = None
    shown: frozenset[str] | None = None
    keys: frozenset[Any] | None = None
    why: str | None = None


#: A row of which columns were displayed: the database's alias, the table's concrete model, its primary key.
Row = tuple[str, type[Model], Any]


@dataclass(frozen=True, slots=True)
class ReadSet:
    """All that one rendering depends on.

    Args:
        readings: of its queries.
        instances: the columns displayed of rows, wherever these came from. None: any column.
        topics: the names of what is touched by hand.
    """

    readings: tuple[Reading, ...] = ()
    instances: Mapping[Row, frozenset[str] | None] = field(default_factory=dict)
    topics: frozenset[str] = frozenset()
