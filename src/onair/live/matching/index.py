"""Many read sets, and which of them a commit concerns, without a look at the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from typing import Any

from django.db.models import Model

from onair.changes.change import Commit
from onair.live.matching.affecting import affects
from onair.live.matching.reads import Reading, ReadSet
from onair.live.matching.table import Columns, Table
from onair.live.matching.written import written_by

__all__ = ["Index", "affects"]

_TableKey = tuple[str, type[Model]]


class Index:
    """Read sets by id. It answers for each as :func:`affects` does. One thread at a time."""

    __slots__ = ("_read_sets", "_tables", "_topics")

    def __init__(self) -> None:
        self._read_sets: dict[Hashable, ReadSet] = {}
        self._tables: dict[_TableKey, Table] = {}
        self._topics: dict[str, set[Hashable]] = {}

    def __len__(self) -> int:
        return len(self._read_sets)

    def add(self, who: Hashable, read_set: ReadSet) -> None:
        """Add a read set, in the place of what the id had: after each rendering, also of the same HTML.

        Args:
            who: an id of whom it is.
        """
        self.remove(who)
        self._read_sets[who] = read_set
        for key, (readings, rows) in _by_table(read_set).items():
            if key not in self._tables:
                self._tables[key] = Table()
            self._tables[key].add(readings, rows, who)
        for topic in read_set.topics:
            self._topics.setdefault(topic, set()).add(who)

    def remove(self, who: Hashable) -> None:
        """Remove what an id has, if it has anything."""
        read_set = self._read_sets.pop(who, None)
        if read_set is None:
            return
        for key, (readings, rows) in _by_table(read_set).items():
            table = self._tables[key]
            table.remove(readings, rows, who)
            if not table:
                del self._tables[key]
        for topic in read_set.topics:
            self._topics[topic].discard(who)
            if not self._topics[topic]:
                del self._topics[topic]

    def match(self, commit: Commit) -> set[Hashable]:
        """Return the ids of the read sets that what a commit changed may concern."""
        found: set[Hashable] = set()
        for model in commit.tables:
            if (commit.using, model) in self._tables:
                self._tables[commit.using, model].put_all(found)
        for written in written_by(commit):
            table = self._tables.get((commit.using, written.model))
            if table is not None:
                table.put_affected(written, found)
        return found

    def match_topic(self, topic: str) -> set[Hashable]:
        """Return the ids of the read sets that name a topic."""
        return set(self._topics.get(topic, ()))


def _by_table(read_set: ReadSet) -> dict[_TableKey, tuple[list[Reading], list[tuple[Any, Columns]]]]:
    """Return the readings and the rows on display, of each table that they are of."""
    found: dict[_TableKey, tuple[list[Reading], list[tuple[Any, Columns]]]] = defaultdict(lambda: ([], []))
    for reading in read_set.readings:
        if reading.terms:
            found[reading.using, reading.model][0].append(reading)
    for (using, model, key), columns in read_set.instances.items():
        found[using, model][1].append((key, columns))
    return found
