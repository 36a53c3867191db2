"""What a region follows, and who shares it, in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from onair.changes.change import Commit, Kind, RowChange
from onair.live.matching.reads import Condition, Reading, Term
from onair.live.templating.audience import Audience, Touch

#: Of longer enumerations so many are shown.
MOST_SHOWN = 12

#: A fact may have arguments, with commas of their own.
_BETWEEN_FACTS = re.compile(r",(?=user\.|anonymous$)")

ANY_COLUMN = "any column"
NO_COLUMN = "no column"


def of_rows(terms: Iterable[Term]) -> str:
    """Return which rows terms are about, of which one has to hold."""
    told = [of_term(term) for term in _as_one(tuple(terms))]
    if not told:
        return "no row"
    if "" in told:
        return "any row"
    return " or ".join(f"({text})" if len(told) > 1 and " and " in text else text for text in told)


def _as_one(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Return terms that differ in the value of one column as one, which names the values."""
    tables = [dict(term.equal) for term in terms]
    if len({(tuple(table), term.rest) for table, term in zip(tables, terms, strict=True)}) != 1:
        return terms
    differing = [name for name in tables[0] if len({table[name] for table in tables}) > 1]
    if len(differing) != 1:
        return terms
    (name,) = differing
    values = frozenset(table[name] for table in tables)
    equal = {column: value for column, value in tables[0].items() if column != name}
    return (Term.of(equal, *terms[0].rest, Condition(name, "in", values)),)


def of_term(term: Term) -> str:
    """Return what has to hold together; nothing where any row will do."""
    equal = [f"{column} = {of_value(value)}" for column, value in term.equal]
    return " and ".join([*equal, *map(of_condition, term.rest)])


def of_condition(condition: Condition) -> str:
    """Return what one column is compared with."""
    text = _OPS[condition.op](condition.column, condition.value)
    return f"not ({text})" if condition.negated else text


def of_value(value: Any) -> str:
    """Return a constant as it would be written in a query."""
    if isinstance(value, bool | int | float | str):
        return repr(value)
    return str(value)


def enumerated(things: Iterable[Any], most: int = MOST_SHOWN) -> str:
    """Return things one behind the other; where they are very many, the first of them and how many."""
    texts = [str(thing) for thing in things]
    if len(texts) <= most:
        return ", ".join(texts)
    return f"{', '.join(texts[:most])} … ({len(texts):,} in all)"


def in_order(things: Iterable[Any]) -> list[Any]:
    """Return things sorted by what they are, or by how they are written."""
    found = list(things)
    try:
        return sorted(found)
    except TypeError:
        return sorted(found, key=str)


def of_columns(columns: frozenset[str] | None) -> str:
    """Return columns by name; None is any of them."""
    return ANY_COLUMN if columns is None else ", ".join(sorted(columns)) or NO_COLUMN


def of_reading(reading: Reading) -> str:
    """Return one table of one query in one line."""
    text = f"{table_of(reading.model, reading.using)}: {of_rows(reading.terms)}"
    return f"{text} ({reading.why})" if reading.why else text


def table_of(model: Any, using: str) -> str:
    """Return the name of a model's table, with its database where that is not the usual one."""
    table = str(model._meta.db_table)
    return table if using == "default" else f"{using}.{table}"


def of_audience(audience: Audience) -> str:
    """Return who shares a rendering."""
    # The key ends with the language and the time zone.
    key, language, zone = audience.key.rsplit("|", 2)
    kind, _, rest = key.partition(":")
    return f"{_AUDIENCES[kind](rest)}, in {language} and {zone}"


def of_touch(touch: Touch) -> str:
    """Return what was read of the visitor, with its place."""
    answer = "" if touch.answer is None else f" is {touch.answer}"
    # What is behind a user is the user: user._meta, as a filter by it reads.
    what = touch.what.partition("._")[0]
    return f"request.{what}{answer} ({touch.phase.value}: {touch.where})"


def of_commit(commit: Commit) -> list[str]:
    """Return what one transaction has written, a line for each row."""
    tables = [f"{table_of(model, commit.using)}: rows that nobody can name" for model in commit.tables]
    return [*sorted(tables), *(_of_change(row, commit.using) for row in commit.rows)]


def _of_change(change: RowChange, using: str) -> str:
    row = "rows without a key" if change.key is None else f"row {change.key}"
    text = f"{table_of(change.model, using)}: {row} {change.kind.value}"
    return f"{text} ({of_columns(change.columns)})" if change.kind is Kind.UPDATED else text


def _of_facts(facts: str) -> str:
    told = [fact for fact in _BETWEEN_FACTS.split(facts) if fact]
    if not told:
        return "everybody"
    if told == ["anonymous"]:
        return "everybody who has not logged in"
    return "all for whom " + " and ".join(told)


_AUDIENCES: dict[str, Callable[[str], str]] = {
    "facts": _of_facts,
    "user": lambda key: f"the user {key} alone",
    "session": lambda key: "one session alone",
    "declared": lambda name: f"the declared audience {name!r}",
}

_OPS: dict[str, Callable[[str, Any], str]] = {
    "exact": lambda column, value: f"{column} = {of_value(value)}",
    "in": lambda column, value: f"{column} in ({enumerated(map(of_value, in_order(value)))})",
    "gt": lambda column, value: f"{column} > {of_value(value)}",
    "gte": lambda column, value: f"{column} >= {of_value(value)}",
    "lt": lambda column, value: f"{column} < {of_value(value)}",
    "lte": lambda column, value: f"{column} <= {of_value(value)}",
    "range": lambda column, value: f"{column} from {of_value(value[0])} to {of_value(value[1])}",
    "isnull": lambda column, value: f"{column} is {'' if value else 'not '}null",
}
