"""A page as a tree of blocks: runs of sibling nodes that can be replaced on their own, texts and attributes
that can be set on their own, and the text between them."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final, TypeAlias

from onair.live.markup.marks import Kind
from onair.live.markup.tokens import attribute_of, text_of

DIGEST_BYTES: Final = 6

_REGION, _LIST, _STAY = Kind.REGION, Kind.LIST, Kind.STAY

#: How a block is found among its siblings: an item by its key, a region by its id, others by their number.
Label: TypeAlias = int | str


class Bound:
    """An attribute's value, or, with no name, the whole text of a title or a textarea.

    ``raw`` is what the page has, with its character references.
    """

    __slots__ = ("name", "raw")

    def __init__(self, name: str | None, raw: str) -> None:
        self.name = name
        self.raw = raw

    @property
    def value(self) -> str:
        """What the browser has."""
        return text_of(self.raw) if self.name is None else attribute_of(self.raw)


class Block:
    """A run of sibling nodes. Not to be changed.

    ``statics`` are the texts around and between its ``children``, one more than there are of these.
    """

    __slots__ = ("_digest", "children", "key", "kind", "statics")

    def __init__(
        self, kind: Kind, key: str, statics: tuple[str, ...], children: tuple[Block | Bound, ...] = ()
    ) -> None:
        self.kind = kind
        self.key = key
        self.statics = statics
        self.children = children
        self._digest: str | None = None

    @property
    def html(self) -> str:
        """Its content with the markers of what is inside, but not its own."""
        if not self.children:
            return self.statics[0]
        pieces: list[str] = []
        has_regions = self._write(pieces, with_regions=True)
        html = "".join(pieces)
        if self.kind is _REGION and not has_regions:
            self._digest = _digest_of(html)  # it is asked for next, and this is the text
        return html

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that tell its content, apart from that of the regions inside."""
        if self._digest is None:
            pieces: list[str] = []
            self._write(pieces, with_regions=False)
            self._digest = _digest_of("".join(pieces))
        return self._digest

    @property
    def labels(self) -> Sequence[Label]:
        """By what each of its children is found in it."""
        if self.kind is Kind.LIST:
            return [child.key for child in self.children if isinstance(child, Block)]
        return [_label(child, at) for at, child in enumerate(self.children)]

    def _write(self, pieces: list[str], with_regions: bool) -> bool:
        """Write its content. Returns whether there are regions in it."""
        is_list, has_regions = self.kind is _LIST, False
        for at, child in enumerate(self.children):
            text = self.statics[at]
            if isinstance(child, Bound):
                pieces += (text, child.raw)
                continue
            label: Label = child.key if is_list else _label(child, at)
            content = ""
            if child.kind is _REGION:
                has_regions = True
                content = child.html if with_regions else ""
            elif child.children:
                pieces += (text, f"<!--o:{label}-->")
                has_regions |= child._write(pieces, with_regions)
                pieces.append(f"<!--/o:{label}-->")
                continue
            else:
                content = child.statics[0]
            pieces += (text, f"<!--o:{label}-->{content}<!--/o:{label}-->")
        pieces.append(self.statics[-1])
        return has_regions


def _label(child: Block | Bound, at: int) -> Label:
    """Return by what a block is found that is no item."""
    if isinstance(child, Block) and child.kind is _REGION:
        return f"r:{child.key}"
    return f"s:{at}" if isinstance(child, Block) and child.kind is _STAY else at


def _digest_of(text: str) -> str:
    return blake2b(text.encode(errors="surrogatepass"), digest_size=DIGEST_BYTES).hexdigest()
