"""Pages written down with their marks: ``{v}`` ``{b}`` ``{l}`` ``{i:key}`` ``{r:id}`` ``{s:placeholder}``
begin a block, ``{/}`` ends the last one."""

from __future__ import annotations

import re

from onair.live.markup import Block, Bound, Document, Kind, Marks, parse

NONCE = "4711"
MARKS = Marks(NONCE)
_MARK = re.compile(r"\{(?:([rlivbs])(?::([^{}]*))?|(/))\}")


def marked(template: str) -> str:
    """The page as it comes from a template, marks and all."""
    return _MARK.sub(lambda at: MARKS.close() if at[3] else MARKS.open(Kind(at[1]), at[2] or ""), template)


def unmarked(template: str) -> str:
    """The page as it would be if nothing were live."""
    return _MARK.sub("", template)


def read(template: str) -> Document:
    return parse(marked(template), NONCE)


def blocks(block: Block) -> list[Block]:
    """All blocks below one."""
    inner = [child for child in block.children if isinstance(child, Block)]
    return [below for child in inner for below in (child, *blocks(child))]


def bindings(block: Block) -> list[Bound]:
    """All attributes and texts that are bound, in a block and in those below it."""
    return [child for each in (block, *blocks(block)) for child in each.children if isinstance(child, Bound)]
