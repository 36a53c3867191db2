"""The script elements of a page, as a browser reads them."""

from __future__ import annotations

from html.parser import HTMLParser

Element = dict[str, str]


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Element] = []
        self.inline = ""
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open = tag == "script"
        if self._open:
            self.found.append({name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.inline += data


def elements(html: str) -> list[Element]:
    """Return the attributes of each script; none of them may hold code."""
    parser = _Scripts()
    parser.feed(html)
    assert parser.inline == ""
    return parser.found
