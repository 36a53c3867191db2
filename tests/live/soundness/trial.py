"""Queries, writes, and an oracle: a query whose result a write has changed must have been matched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.core.exceptions import FieldError, MultipleObjectsReturned, ObjectDoesNotExist, ValidationError
from django.db import DatabaseError, connections, transaction

from onair.changes.change import Commit
from onair.live.matching import Index, affects
from onair.live.matching.reads import ReadSet
from onair.live.reading.recorder import Recorder, recording
from tests.live.soundness import models
from tests.live.soundness.language import Language
from tests.live.soundness.queries import Maker, Query
from tests.live.soundness.writes import Writer

#: What Django and a database say to what makes no sense.
_IMPOSSIBLE = (
    *(DatabaseError, FieldError, LookupError, MultipleObjectsReturned, NotImplementedError),
    *(ObjectDoesNotExist, TypeError, ValidationError, ValueError),
)

#: Returns what was committed since the last call, as the capture tells it.
Heard = Callable[[], list[Commit]]

#: More rows than these of one table are thinned, so that a trial can go on for ever.
_MOST_ROWS = 30


@dataclass(slots=True)
class Score:
    """What a trial has come to.

    ``missed`` says of each change that was not matched. ``evaluations`` are the queries that were
    run after a write, ``matched`` those that would have been run again; ``by_table`` as many as would have
    been if a write to a table were one to each of its queries; ``changed`` those that had to.
    """

    missed: list[str] = field(default_factory=list)
    evaluations: int = 0
    matched: int = 0
    by_table: int = 0
    changed: int = 0

    def add(self, other: Score) -> None:
        self.missed += other.missed
        self.evaluations += other.evaluations
        self.matched += other.matched
        self.by_table += other.by_table
        self.changed += other.changed

    def __str__(self) -> str:
        fewer = self.by_table / self.matched if self.matched else 1
        return (
            f"missed {len(self.missed)} of {self.evaluations:,} evaluations; {self.changed:,} changed,"
            f" {self.matched:,} matched, {fewer:.1f} times fewer than by table"
        )


class Live:
    """A query that is shown: its result, and the queryset that it is made of."""

    __slots__ = ("finish", "query", "queryset", "read_set", "result")

    def __init__(self, query: Query, language: Language) -> None:
        self.query = query
        self.queryset = language.run(query.queryset)
        self.finish = compile(query.finish, "<query>", "eval")
        self.result: Any = None
        self.read_set = ReadSet()

    def evaluate(self, language: Language) -> Any:
        # A copy, which has no result yet: `.all()` would not do for raw SQL.
        queryset = self.queryset._chain() if hasattr(self.queryset, "_chain") else _again(self.queryset)
        try:
            return eval(self.finish, {**language.names, "qs": queryset})
        except TypeError as error:  # of a stale cache, such as None < 1 in sorted()
            return f"failed: {error}"

    def record(self, language: Language) -> None:
        recorder = Recorder()
        with recording(recorder):
            self.result = self.evaluate(language)
        self.read_set = recorder.read_set()


def _again(raw: Any) -> Any:
    return raw.model.objects.raw(raw.raw_query, using=raw.db)


def populate(using: str) -> None:
    """Give each table some rows."""
    teams = [models.Team.objects.using(using).create(name=name, size=i) for i, name in enumerate("ab")]
    rooms = [
        models.Room.objects.using(using).create(name="abcA"[i], team=teams[i % 2] if i else None)
        for i in range(4)
    ]
    people = [models.Person.objects.using(using).create(name="abc"[i], age=i or None) for i in range(3)]
    members = [models.Member(name="ab"[i], team=teams[i], rank=i, age=i) for i in range(2)]
    for member in members:
        member.save(using=using)
    tags = [models.Tag.objects.using(using).create(name=name, weight=i) for i, name in enumerate("abc")]
    for i in range(12):
        note = models.Note.objects.using(using).create(
            room=rooms[i % 4], author=people[i % 3] if i % 4 else None, text="abc"[i % 3], stars=i % 5
        )
        note.tags.add(*tags[: i % 3])
        models.Like.objects.using(using).create(note=note, person=people[i % 3], weight=i % 4)


def empty(using: str) -> None:
    """Delete all rows."""
    for model in (
        models.Like,
        models.Note,
        models.Tag,
        models.Member,
        models.Person,
        models.Room,
        models.Team,
    ):
        model.objects.using(using).all().delete()


class Trial:
    """One database, many queries, and writes.

    Args:
        using: the alias of the database.
        seed: of the dice.
        heard: asks the capture.
        queries: how many there are.
        keyed: whether these are such as pages have.
        by_hand: whether there are writes that Django does not see.
    """

    def __init__(
        self, using: str, seed: int, heard: Heard, *, queries: int, keyed: bool, by_hand: bool
    ) -> None:
        self._using, self._heard = using, heard
        random = Random(seed)
        self._language = Language(using)
        self._writer = Writer(random, by_hand=by_hand)
        self._index = Index()
        self._live = list(self._made(Maker(random, keyed=keyed), queries))
        self.score = Score()
        self._heard()

    def _made(self, maker: Maker, count: int) -> Iterator[Live]:
        number = 0
        while number < count:
            query = maker.query()
            with suppress(_Invalid):
                yield self._tried(query, number)
                number += 1

    def _tried(self, query: Query, number: int) -> Live:
        """Return a query, unless Django or the database has no answer to it."""
        try:
            with transaction.atomic(using=self._using):
                live = Live(query, self._language)
                live.evaluate(self._language)
        except _IMPOSSIBLE as error:
            raise _Invalid from error
        except Exception as error:
            error.add_note(str(query))
            raise
        live.record(self._language)
        self._index.add(number, live.read_set)
        return live

    def step(self) -> None:
        """Write, and ask of every query whether its result has changed, and whether it was matched."""
        writes = self._writer.transaction()
        self._write(writes)
        commits = self._heard()
        matched: set[Any] = set()
        for commit in commits:
            found = self._index.match(commit)
            alone = {number for number, live in enumerate(self._live) if affects(live.read_set, commit)}
            assert found == alone, (found ^ alone, commit)
            matched |= found
        tables = {row.model for commit in commits for row in commit.rows}.union(
            *(commit.tables for commit in commits)
        )
        for number, live in enumerate(self._live):
            self.score.evaluations += 1
            self.score.matched += number in matched
            self.score.by_table += any(reading.model in tables for reading in live.read_set.readings)
            before = live.result
            if number in matched:
                live.record(self._language)
                self._index.add(number, live.read_set)
            else:
                live.result = live.evaluate(self._language)
            if live.result != before:
                self.score.changed += 1
                if number not in matched:
                    self.score.missed.append(_told(live, before, writes, commits))
                    live.record(self._language)
                    self._index.add(number, live.read_set)

    def _write(self, writes: list[str]) -> None:
        with suppress(DatabaseError), transaction.atomic(using=self._using):
            for write in writes:
                try:
                    with transaction.atomic(using=self._using):
                        self._language.run(write)
                except _IMPOSSIBLE:
                    continue
                except Exception as error:
                    error.add_note(write)
                    raise
            self._thin()

    def _thin(self) -> None:
        for model in (models.Note, models.Like, models.Person, models.Room, models.Team):
            rows = model.objects.using(self._using)
            if rows.count() > _MOST_ROWS:
                keys = list(rows.order_by("pk").values_list("pk", flat=True)[6:16])
                rows.filter(pk__in=keys).delete()


class _Invalid(Exception):
    """A query that nobody could run."""


def _told(live: Live, before: Any, writes: list[str], commits: list[Commit]) -> str:
    readings = "\n".join(f"    {reading}" for reading in live.read_set.readings)
    return (
        f"{live.query}\n  was {before!r}\n  is  {live.result!r}\n  after {writes}\n  told as {commits}\n"
        f"  with\n{readings}\n    {live.read_set.instances}"
    )


@contextmanager
def populated(using: str) -> Iterator[None]:
    """Have rows in the tables inside."""
    empty(using)
    _restart_keys(using)
    populate(using)
    try:
        yield
    finally:
        empty(using)


def _restart_keys(using: str) -> None:
    """Let keys begin at 1, as the sources name them."""
    connection = connections[using]
    tables = [
        model._meta.db_table
        for model in (models.Like, models.Note, models.Tag, models.Person, models.Room, models.Team)
    ]
    with connection.cursor() as cursor:
        for table in tables:
            if connection.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            else:
                cursor.execute(f"ALTER SEQUENCE {table}_id_seq RESTART")
