"""Markdown, as far as the tests of the documentation read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(
    r"^(?P<fence>`{3,})(?P<info>[^\n]*)\n(?P<body>.*?)^(?P=fence)[ ]*$", re.MULTILINE | re.DOTALL
)
_DIRECTIVE = re.compile(r"\{code-block\} (?P<language>\S+)")
_OPTION = re.compile(r":caption: (?P<caption>[^\n]+)\n+")
_LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(?P<title>.+?) *$", re.MULTILINE)
_TERM = re.compile(r"^(?P<term>`.+`)\n: ", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code: its language, and the caption that says which file it is."""

    language: str
    caption: str | None
    text: str


def blocks(markdown: str) -> Iterator[Block]:
    """Yield the blocks of code, in their order."""
    for fence in _FENCE.finditer(markdown):
        directive = _DIRECTIVE.match(fence["info"])
        if directive is None:
            yield Block(fence["info"].strip(), None, fence["body"])
            continue
        option = _OPTION.match(fence["body"])
        text = fence["body"][option.end() :] if option else fence["body"].lstrip("\n")
        yield Block(directive["language"], option["caption"] if option else None, text)


def prose(markdown: str) -> str:
    """Return the text without its blocks of code."""
    return _FENCE.sub("", markdown)


def links(markdown: str) -> list[str]:
    """Return the targets of links and images."""
    return [link["target"] for link in _LINK.finditer(prose(markdown))]


def headings(markdown: str) -> list[str]:
    """Return what the headings name in code, each heading's first."""
    titles = (heading["title"] for heading in _HEADING.finditer(prose(markdown)))
    return [code[1] for title in titles if (code := _CODE.match(title))]


def terms(markdown: str) -> list[str]:
    """Return what the terms of definition lists name in code."""
    return [name for term in _TERM.finditer(prose(markdown)) for name in _CODE.findall(term["term"])]


def first_cells(markdown: str) -> list[str]:
    """Return the first cells of all tables' rows."""
    rows = (line for line in prose(markdown).splitlines() if line.startswith("| "))
    return [row.split("|")[1].strip() for row in rows]


def section(markdown: str, title: str) -> str:
    """Return a section's text, up to the next heading of the same or a higher level."""
    heading = re.search(rf"^(#+) {re.escape(title)} *$", markdown, re.MULTILINE)
    assert heading, f"there is no heading {title!r}"
    rest = markdown[heading.end() :]
    end = re.search(rf"^#{{1,{len(heading[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest
