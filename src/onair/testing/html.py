"""A page's HTML as elements, without what live pages put into it for the browser's script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

#: Elements that have no content.
_VOID = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img"),
        *("input", "link", "meta", "param", "source", "track", "wbr"),
    }
)

#: Elements that end where another one begins, and what such an end does not reach out of.
_ENDED_BY: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "menu"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "option": (frozenset({"option"}), frozenset({"select", "datalist"})),
    "tr": (frozenset({"tr", "td", "th"}), frozenset({"table"})),
    "td": (frozenset({"td", "th"}), frozenset({"table", "tr"})),
    "th": (frozenset({"td", "th"}), frozenset({"table", "tr"})),
    "tbody": (frozenset({"thead", "tbody", "tr", "td", "th"}), frozenset({"table"})),
    "tfoot": (frozenset({"thead", "tbody", "tr", "td", "th"}), frozenset({"table"})),
}

#: The attribute by which the browser's script finds an element.
_OURS = "data-o"

_NOT_SHOWN = frozenset({"script", "style", "template"})


@dataclass(slots=True, eq=False)
class Element:
    """An element. The root of a page has no tag."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    content: list[Element | str] = field(default_factory=list)

    @property
    def elements(self) -> list[Element]:
        """Those directly in it."""
        return [one for one in self.content if isinstance(one, Element)]

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def descendants(self) -> Iterator[Element]:
        """Yield all that are in it, in the order of the page."""
        for one in self.elements:
            yield one
            yield from one.descendants()

    def ancestors(self) -> Iterator[Element]:
        """Yield what it is in, the nearest first."""
        above = self.parent
        while above is not None:
            yield above
            above = above.parent

    @property
    def text(self) -> str:
        """The text in it, with one blank for any space."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        if self.tag in _NOT_SHOWN:
            return
        for one in self.content:
            if isinstance(one, Element):
                yield from one._texts()
            else:
                yield one

    def __str__(self) -> str:
        """The element as HTML: the same for all that are the same to a browser."""
        names = sorted(self.attributes)
        attributes = "".join(f' {name}="{escape(self.attributes[name])}"' for name in names)
        inside = "".join(str(one) if isinstance(one, Element) else escape(one) for one in self.content)
        end = "" if self.tag in _VOID else f"</{self.tag}>"
        return f"<{self.tag}{attributes}>{inside}{end}"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self._open = Element("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_before(tag)
        attributes = {name: value or "" for name, value in attrs if name != _OURS}
        element = Element(tag, attributes, self._open)
        self._open.content.append(element)
        if tag not in _VOID:
            self._open = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        before = self._open
        self.handle_starttag(tag, attrs)
        if self._is_foreign():
            self._open = before

    def handle_endtag(self, tag: str) -> None:
        for element in (self._open, *self._open.ancestors()):
            if element.tag == tag and element.parent is not None:
                self._open = element.parent
                return

    def handle_data(self, data: str) -> None:
        content = self._open.content
        if content and isinstance(content[-1], str):
            content[-1] += data
        else:
            content.append(data)

    def _is_foreign(self) -> bool:
        """Whether a slash ends the open element: in SVG and MathML alone."""
        return any(one.tag in {"svg", "math"} for one in (self._open, *self._open.ancestors()))

    def _end_before(self, tag: str) -> None:
        ended, bounds = _ENDED_BY.get(tag, (frozenset(), frozenset()))
        if not ended:
            return
        last = None
        for element in (self._open, *self._open.ancestors()):
            if element.tag in bounds:
                break
            if element.tag in ended:
                last = element
        if last is not None and last.parent is not None:
            self._open = last.parent


def read(html: str) -> Element:
    """Return the page, or the part of one, that a text is."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root
