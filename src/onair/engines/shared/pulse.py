"""Which nodes live: judged by whether their beats go on. Pure, and without any clock.

Only answered looks count. While the engine is away or stands still nobody beats and nobody is judged; a clock
would find every node dead in the moment that it comes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: Seconds between two beats of a node, and between its looks at the others'.
BEAT = 2.0

#: Looks in a row, all answered, in which a node has not beaten: then it is dead, ten seconds after its last.
LOOKS = 5


@dataclass(slots=True)
class _Seen:
    beats: int
    looks: int = 0


class Pulse:
    """What one node has seen of the others' beats."""

    def __init__(self, node: str) -> None:
        self._node = node
        self._seen: dict[str, _Seen] = {}

    def look(self, nodes: Mapping[str, int]) -> list[str]:
        """Take how often each node has beaten. Return those that are dead."""
        others = {node: beats for node, beats in nodes.items() if node != self._node}
        self._seen = {node: self._looked(node, beats) for node, beats in others.items()}
        return [node for node, seen in self._seen.items() if seen.looks >= LOOKS]

    def forget(self) -> None:
        """Begin anew: the engine was away."""
        self._seen.clear()

    def _looked(self, node: str, beats: int) -> _Seen:
        seen = self._seen.get(node)
        if seen is None or seen.beats != beats:
            return _Seen(beats)
        seen.looks += 1
        return seen
