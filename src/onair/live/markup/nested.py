"""A tree without what is in the regions inside it: others may see that, or it is told to them on its own."""

from __future__ import annotations

from onair.live.markup.block import Block, Bound
from onair.live.markup.marks import Kind


def without_regions(block: Block) -> Block:
    """Return a tree whose inner regions are empty; the same one where there are none."""
    children = tuple(map(_without, block.children))
    if all(before is after for before, after in zip(block.children, children, strict=True)):
        return block
    return Block(block.kind, block.key, block.statics, children)


def _without(child: Block | Bound) -> Block | Bound:
    if isinstance(child, Bound):
        return child
    if child.kind is Kind.REGION:
        return Block(child.kind, child.key, ("",))
    return without_regions(child)
