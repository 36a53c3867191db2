"""A region as it was rendered, as JSON: another process of the site shows it without rendering it again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from onair.live.markup import Block, Bound, Kind
from onair.live.rendering import read_sets
from onair.live.rendering.read_sets import ToldReadSet
from onair.live.rendering.result import RegionRendering
from onair.live.templating.audience import Audience
from onair.live.templating.lists import Items
from onair.live.templating.page import Options, Reads

#: A part of a tree: its kind, its key or the name that it is bound to, and its texts.
_Node = tuple[str, str | None, tuple[str, ...]]

#: The kind of what is bound to an attribute or a text.
_BOUND = "="


class _Told(msgspec.Struct, forbid_unknown_fields=True):
    """A region, of what JSON has."""

    id: str
    channel: str
    tree: list[_Node]
    reads: ToldReadSet
    audience: Audience
    options: Options
    place: str


def encode(rendering: RegionRendering) -> dict[str, Any]:
    """Return a region as JSON. Its tree comes out as it is, what it depends on is that or more."""
    reads = rendering.reads
    told = _Told(
        rendering.id,
        rendering.channel,
        _nodes(rendering.tree),
        read_sets.tell(reads.read_set),
        reads.audience,
        reads.options,
        reads.place,
    )
    content: dict[str, Any] = msgspec.to_builtins(told, enc_hook=str.__str__)  # safe text
    return content


def decode(content: Any) -> RegionRendering:
    """Return the region of this JSON, without the items of its lists: these are of one process's templates.

    Raises:
        ValueError: it is no such JSON, or of a model or a database that this process does not have.
    """
    try:
        told = msgspec.convert(content, _Told)
        reads = Reads(read_sets.take(told.reads), told.audience, told.options, told.place)
        return RegionRendering(told.id, told.channel, _tree(told.tree), reads, Items(nonce=""))
    except (LookupError, TypeError, ValueError) as error:
        raise ValueError(f"This is no region that can be shown here: {error}") from error


def _nodes(tree: Block) -> list[_Node]:
    """Return the parts of a tree, each behind those in it: nothing is as deep as the tree."""
    nodes: list[_Node] = []
    rest: list[Block | Bound] = [tree]
    while rest:
        part = rest.pop()
        if isinstance(part, Bound):
            nodes.append((_BOUND, part.name, (part.raw,)))
        else:
            nodes.append((part.kind.value, part.key, part.statics))
            rest += part.children
    nodes.reverse()
    return nodes


def _tree(nodes: Iterable[_Node]) -> Block:
    """Return the tree of these parts: a block has as many of those before it as fit between its texts."""
    parts: list[Block | Bound] = []
    for kind, key, texts in nodes:
        if kind == _BOUND:
            (raw,) = texts
            parts.append(Bound(key, raw))
            continue
        first = len(parts) - len(texts) + 1
        if key is None or not 0 <= first <= len(parts):
            raise ValueError(f"A block has {len(texts)} texts, and {len(parts)} parts are there for it.")
        parts[first:] = [Block(Kind(kind), key, texts, tuple(parts[first:]))]
    (tree,) = parts
    if isinstance(tree, Bound):
        raise ValueError("A region is no attribute.")
    return tree
