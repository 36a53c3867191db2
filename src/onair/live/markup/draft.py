"""Blocks while they are read: whether one can stay is known at its end."""

from __future__ import annotations

from typing import Final, TypeAlias

from onair.live.markup.block import Block, Bound
from onair.live.markup.marks import Kind

#: How many of the values that follow are bound to the tag that it stands in.
Anchor: TypeAlias = int
Part: TypeAlias = "str | Block | Bound | Anchor"

ANCHOR: Final = "data-o"


class Draft:
    """A block whose end is still to come, or which has none.

    ``depth`` is how many elements were open where it began; ``why`` says why it is dissolved, if it is.
    """

    __slots__ = ("depth", "key", "kind", "parts", "why")

    def __init__(self, kind: Kind, key: str, depth: int, why: str | None = None) -> None:
        self.kind = kind
        self.key = key
        self.depth = depth
        self.why = why
        self.parts: list[Part] = []

    @property
    def blank(self) -> bool:
        return all(isinstance(part, str) and (not part or part.isspace()) for part in self.parts)

    def block(self) -> Block:
        """The block, with its children numbered."""
        parts = self.parts
        if len(parts) == 1 and isinstance(parts[0], str):
            return Block(self.kind, self.key, (parts[0],))
        statics: list[str] = []
        children: list[Block | Bound] = []
        text = ""
        for part in parts:
            if isinstance(part, str):
                text += part
            elif isinstance(part, int):
                numbers = " ".join(map(str, range(len(children), len(children) + part)))
                text += f' {ANCHOR}="{numbers}"'
            else:
                statics.append(text)
                children.append(part)
                text = ""
        statics.append(text)
        kind = self.kind
        if kind is Kind.LIST and not _keyed(statics, children):
            kind = Kind.BLOCK
        return Block(kind, self.key, tuple(statics), tuple(children))


def _keyed(statics: list[str], children: list[Block | Bound]) -> bool:
    """Whether a list has items and nothing else, each with a key of its own; or nothing at all."""
    keys = [child.key for child in children if isinstance(child, Block) and child.kind is Kind.ITEM]
    return not any(statics) and all(keys) and len(set(keys)) == len(children)
