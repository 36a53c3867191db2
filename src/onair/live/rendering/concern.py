"""Whether what was read may have changed."""

from __future__ import annotations

from collections.abc import Iterable

from onair.changes.change import Commit
from onair.live.matching.index import affects
from onair.live.matching.reads import ReadSet
from onair.live.rendering.log import Change


def concern(changes: Iterable[Change] | None, read_set: ReadSet) -> bool:
    """Whether changes concern what was read. None stands for changes that nobody knows any more."""
    return changes is None or any(_concerns(change, read_set) for change in changes)


def _concerns(change: Change, read_set: ReadSet) -> bool:
    return affects(read_set, change) if isinstance(change, Commit) else change in read_set.topics
