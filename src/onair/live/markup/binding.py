"""Which attributes a patch may set: decided here and nowhere else."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from onair.live.markup.draft import ANCHOR
from onair.live.markup.tokens import ATTRIBUTE, attribute_of

#: What runs or restyles a page, or changes what an element is.
NEVER: Final = frozenset(("srcdoc", "style", "is", "nonce", "http-equiv", ANCHOR))

#: Elements none of whose attributes is bound.
NEVER_OF: Final = frozenset(
    (
        "animate",
        "animatemotion",
        "animatetransform",
        "base",
        "embed",
        "link",
        "meta",
        "object",
        "script",
        "set",
    )
) | {"style"}

#: Attributes that hold an address.
ADDRESSES: Final = frozenset(
    ("action", "background", "cite", "data", "formaction", "href", "ping", "poster", "src", "xlink:href")
)
SCHEMES: Final = frozenset(("http", "https", "mailto", "tel"))

_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]*):", re.IGNORECASE)
_LEADING = "".join(map(chr, range(0x21)))
_IGNORED = {ord(character): None for character in "\t\n\r"}


class Attribute(NamedTuple):
    """An attribute of a tag.

    Where its name ends, and where its value stands if that is in quotes (-1 if not), counted from the end of
    the tag's name.
    """

    name: str
    name_ends: int
    begins: int
    ends: int


class Tag:
    """A start tag, read in full: for the few where that matters."""

    __slots__ = ("attributes", "closed", "name")

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.attributes: list[Attribute] = []
        last = 0
        for found in ATTRIBUTE.finditer(text):
            quoted = 2 if found[2] is not None else 3
            self.attributes.append(Attribute(found[1].lower(), found.end(1), *found.span(quoted)))
            last = found.end()
        self.closed = text[last:].endswith("/")

    def may_bind(self, attribute: Attribute, raw: str) -> bool:
        """Whether a patch may set this attribute, as this page has it."""
        name = attribute.name
        if self.name in NEVER_OF or name in NEVER or name.startswith("on"):
            return False
        if len(self.attributes) > 1 and sum(other.name == name for other in self.attributes) > 1:
            return False
        return name not in ADDRESSES or safe_address(attribute_of(raw))


def safe_address(address: str) -> bool:
    """Whether an address is relative or has a scheme that runs nothing, as browsers read it."""
    scheme = _SCHEME.match(address.lstrip(_LEADING).translate(_IGNORED))
    return scheme is None or scheme[1].lower() in SCHEMES
