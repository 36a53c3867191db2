"""Rendered HTML as a tree of blocks, and what differs between two of them.

While a page renders, the beginning and end of each region, list, item and value is marked in its text
(``Marks``). ``parse`` takes the marks out and puts what the browser can keep in their place: a pair of
comments around nodes, a ``data-o`` on a tag whose attribute or text it is. Where neither is safe, a block
dissolves into the one around it. ``diff`` says how one tree becomes another.

No comment lands in another element than its partner: where a browser implies an element before what a block
holds, or the end of one (``<table>`` with rows and no ``<tbody>``, ``<li>`` with no end), its tag is written
out, which makes the same elements. Who reads the page has nothing to put right.
"""

from __future__ import annotations

from onair.live.markup.block import Block, Bound, Label
from onair.live.markup.diff import Op, diff
from onair.live.markup.document import Document, parse
from onair.live.markup.marks import Kind, Marks, clean, unmarked
from onair.live.markup.nested import without_regions
from onair.live.markup.placing import Lost

__all__ = [
    "Block",
    "Bound",
    "Document",
    "Kind",
    "Label",
    "Lost",
    "Marks",
    "Op",
    "clean",
    "diff",
    "parse",
    "unmarked",
    "without_regions",
]
