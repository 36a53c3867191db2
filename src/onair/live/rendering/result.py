"""What one rendering of a page gave: its regions as trees, with what each depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from onair.live.markup import Block, Document
from onair.live.matching.reads import ReadSet
from onair.live.rendering.log import Position
from onair.live.rendering.viewer import Address, Viewer
from onair.live.templating.lists import Items
from onair.live.templating.page import Options, Reads


@dataclass(frozen=True, slots=True)
class RegionRendering:
    """One region as it was rendered.

    Args:
        channel: that of the region for its audience.
        tree: its content.
        reads: what it depends on.
        items: those of its lists, for the next rendering.
    """

    id: str
    channel: str
    tree: Block
    reads: Reads
    items: Items

    @property
    def options(self) -> Options:
        return self.reads.options


@dataclass(frozen=True, slots=True)
class PageRendering:
    """A page as it was rendered for one viewer.

    Args:
        position: where the change log ended before its first query.
        access: what decided that the viewer may see it.
        access_since: where the log ended before anybody asked who the viewer is.
        document: all of it, as far as it was rendered.
        is_all_seen: whether all that may have decided that is in ``access``: what asks before the view, other
            than Django's own, is seen where the page is rendered again, and not where a visitor asks for it.
    """

    address: Address
    viewer: Viewer
    position: Position
    access: ReadSet
    access_since: Position
    regions: Mapping[str, RegionRendering]
    document: Document
    presence: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    is_all_seen: bool = True
