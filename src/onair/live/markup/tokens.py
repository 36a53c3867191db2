"""The tokens of HTML: tags, with their attributes, and comments (HTML Living Standard, 13.2.5)."""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5
from typing import Final

_SPACE = r" \t\n\f\r"
_ATTRIBUTE = (
    rf"([^{_SPACE}/>][^{_SPACE}/>=]*+)"
    rf"(?:[{_SPACE}]*+=[{_SPACE}]*+(?:\"([^\"]*+)(?:\"|\Z)|'([^']*+)(?:'|\Z)|[^{_SPACE}\"'>][^{_SPACE}>]*+|))?+"
)
_UNGROUPED = _ATTRIBUTE.replace("(?:", "\0").replace("(", "(?:").replace("\0", "(?:")

#: A tag ("/" or nothing, its name, its attributes, ">" or nothing where the page ends in it), or a comment of
#: whatever form: then it has no name.
TOKEN: Final = re.compile(
    rf"<(?:(/?)([a-zA-Z][^{_SPACE}/>]*+)((?:[{_SPACE}/]++|{_UNGROUPED})*+)(>|\Z)"
    r"|!--(?:-?>|(?s:.*?)(?:--!?>|\Z))"
    r"|(?:[!?]|/(?=.))[^>]*+>?)"
)

#: An attribute: its name, and its value in double or in single quotes.
ATTRIBUTE: Final = re.compile(_ATTRIBUTE)

#: A comment that a browser would take for one of ours: what comes before its content.
FORGED: Final = re.compile(r"(<!--|<!|</)/?o:")

HIDDEN_INPUT: Final = re.compile(rf"\btype[{_SPACE}]*=[{_SPACE}]*[\"']?hidden\b", re.IGNORECASE)

#: What no comment may part: a character reference, a line's end, a paragraph's first one.
WHOLE: Final = re.compile(r"&#?[0-9A-Za-z]*;?|\r\n")

#: The next tag, where only blanks come before it.
NEXT_TAG: Final = re.compile(rf"[{_SPACE}]*+(?:<(/?)([a-zA-Z][^{_SPACE}/>]*+)|(\Z))")

_REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|([0-9A-Za-z]+;?)(=?))")


def text_of(raw: str) -> str:
    """What a browser makes of the characters of a text."""
    return unescape(_with_newlines(raw))


def attribute_of(raw: str) -> str:
    """What a browser makes of the characters of an attribute's value: "&copy=" is no reference there."""
    return _REFERENCE.sub(_character, _with_newlines(raw)) if "&" in raw else _with_newlines(raw)


def _with_newlines(raw: str) -> str:
    return raw.replace("\r\n", "\n").replace("\r", "\n") if "\r" in raw else raw


def _character(found: re.Match[str]) -> str:
    name, assigned = found.groups()
    if name is None:
        return unescape(found[0])
    return html5[name] if name in html5 and (name.endswith(";") or not assigned) else found[0]
