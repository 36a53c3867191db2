"""A rendered page, with its marks read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest

from onair.live.markup.block import Block, Bound
from onair.live.markup.marks import OPENS, Kind, take_out
from onair.live.markup.placing import Lost, Placing


@dataclass(frozen=True, slots=True)
class Document:
    """A page.

    ``html`` is what the browser gets, its secrets included; the trees have placeholders for these. ``root``
    is the page as one block, ``regions`` its regions by their ids. ``lost`` names the marks that could not
    stay where they were.
    """

    html: str
    root: Block
    regions: dict[str, Block]
    lost: tuple[Lost, ...]


def parse(html: str, nonce: str) -> Document:
    """Read a rendered page with its marks, whatever it is. What has no place belongs to what is around it.

    Args:
        html: The page, with the marks that ``Marks(nonce)`` wrote.
        nonce: Marks of another one are text.
    """
    marked = take_out(html, nonce)
    placing = Placing(marked)
    root = placing.run()
    if not marked.secrets:
        return Document(root.html, root, placing.regions, tuple(placing.lost))
    secrets = [secret for _, secret in marked.secrets]
    told = "".join(chain.from_iterable(zip_longest(root.html.split(OPENS), secrets, fillvalue="")))
    regions: dict[str, Block] = {}
    root = _withheld(root, iter([placeholder for placeholder, _ in marked.secrets]), regions)
    return Document(told, root, {region: regions[region] for region in placing.regions}, tuple(placing.lost))


def _withheld(block: Block, placeholders: Iterator[str], regions: dict[str, Block]) -> Block:
    """The block with placeholders for its secrets, and with it those of ``regions``."""

    def text(told: str) -> str:
        first, *others = told.split(OPENS)
        return first + "".join(next(placeholders) + other for other in others)

    statics: list[str] = []
    children: list[Block | Bound] = []
    for static, child in zip(block.statics, block.children, strict=False):
        statics.append(text(static))
        if isinstance(child, Bound):
            children.append(Bound(child.name, text(child.raw)))
        else:
            children.append(_withheld(child, placeholders, regions))
    statics.append(text(block.statics[-1]))
    kept = Block(block.kind, block.key, tuple(statics), tuple(children))
    if block.kind is Kind.REGION:
        regions[block.key] = kept
    return kept
