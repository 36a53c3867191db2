"""Marks in the text of a page while it renders: where a region, a list, an item, a value begins and ends.

They are two characters of Unicode that no text may hold (noncharacters, "for internal use"), around the
page's nonce, a letter for the kind, and a label. What comes from the database is cleaned of them, so that no
row can make one; and without the nonce of this page none counts.
"""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import accumulate
from typing import Final, NamedTuple
from urllib.parse import unquote

OPENS: Final = "\ufdd0"
ENDS: Final = "\ufdd1"

#: What stands where somebody else's mark was. Not nothing: what is taken out joins what was apart.
REPLACED: Final = "\ufffd"


#: The kind of a mark that ends a block.
CLOSES: Final = "/"
_MARK = re.compile(f"{OPENS}([^{OPENS}{ENDS}]*){ENDS}")
_NOT_IN_LABELS = re.compile(r"[^A-Za-z0-9_.@+-]")
_REPLACED = {ord(OPENS): REPLACED, ord(ENDS): REPLACED}


class Kind(StrEnum):
    """What a mark says of the text up to its end.

    A SECRET is shown by this page and kept nowhere: trees have its label in its place. What is in a STAY the
    browser leaves as it is, whatever becomes of what is around it.
    """

    REGION = "r"
    LIST = "l"
    ITEM = "i"
    VALUE = "v"
    BLOCK = "b"
    SECRET = "s"  # noqa: S105
    STAY = "n"


_KINDS = frozenset((CLOSES, *Kind))


class Marks:
    """Writes the marks of one page.

    Args:
        nonce: What nobody else can know: letters and digits, the same for all marks of a page.
    """

    __slots__ = ("_close", "_nonce")

    def __init__(self, nonce: str) -> None:
        self._nonce = nonce
        self._close = f"{OPENS}{nonce}{CLOSES}{ENDS}"

    def open(self, kind: Kind, label: str = "") -> str:
        """The text before a block. The label: a region's id, an item's key, what stands for a secret."""
        return f"{OPENS}{self._nonce}{kind.value}{_label(label)}{ENDS}"

    def close(self) -> str:
        """The text behind the block that was opened last."""
        return self._close


class Marked(NamedTuple):
    """A page's text without its marks, and where they were.

    Of each mark, ``kinds`` has its letter ("/" where a block ends), ``labels`` its label and ``offsets``
    where in the text it stood. Each secret is one character ``OPENS`` in the text.
    """

    text: str
    kinds: list[str]
    labels: list[str]
    offsets: list[int]
    secrets: list[tuple[str, str]]


def clean(text: str) -> str:
    """The text with no character in it that a mark is made of."""
    return text.translate(_REPLACED) if OPENS in text or ENDS in text else text


def unmarked(text: str, nonce: str) -> str:
    """The text without the marks of this nonce, also where JSON holds them: no page is made of it."""
    if nonce not in text:
        return text
    opens, ends = (rf"(?:{mark}|\\u{ord(mark):x})" for mark in (OPENS, ENDS))
    return re.sub(rf"{opens}{re.escape(nonce)}[a-z/][A-Za-z0-9_.@+=-]*{ends}", "", text)


def take_out(html: str, nonce: str) -> Marked:
    """Part a page's text from its marks. Marks of another nonce are no marks."""
    pieces = _MARK.split(html)
    texts, heads = pieces[::2], pieces[1::2]
    place = len(nonce)
    kinds = [head[place : place + 1] for head in heads]
    if not html.count(OPENS + nonce) == html.count(OPENS) == html.count(ENDS) == len(heads) or not (
        _KINDS.issuperset(kinds)
    ):
        texts, heads = _of_this_page(texts, heads, nonce)
        kinds = [head[place : place + 1] for head in heads]
    labels = [head[place + 1 :] for head in heads]
    secrets: list[tuple[str, str]] = []
    if Kind.SECRET in kinds:
        texts, kinds, labels, secrets = _without_secrets(texts, kinds, labels)
    return Marked("".join(texts), kinds, labels, list(accumulate(map(len, texts[:-1]))), secrets)


def _label(label: str) -> str:
    """A label in characters that are safe in a comment, an attribute, a channel's name."""
    safe = _NOT_IN_LABELS.sub(
        lambda found: "".join(f"={byte:02X}" for byte in found[0].encode(errors="surrogatepass")), label
    )
    return safe.replace("--", "-=2D")


def _plain(label: str) -> str:
    """What a label was made of."""
    return unquote(label.replace("=", "%"))


def _of_this_page(texts: list[str], heads: list[str], nonce: str) -> tuple[list[str], list[str]]:
    own_texts, own_heads = [clean(texts[0])], []
    for head, text in zip(heads, texts[1:], strict=True):
        if head.startswith(nonce) and head[len(nonce) : len(nonce) + 1] in _KINDS:
            own_heads.append(head)
            own_texts.append(clean(text))
        else:
            own_texts[-1] += f"{REPLACED}{head}{REPLACED}{clean(text)}"
    return own_texts, own_heads


def _without_secrets(
    texts: list[str], kinds: list[str], labels: list[str]
) -> tuple[list[str], list[str], list[str], list[tuple[str, str]]]:
    """Put one character in the place of each secret, with whatever is marked in it."""
    kept_texts, kept_kinds, kept_labels = [texts[0]], list[str](), list[str]()
    secrets: list[tuple[str, str]] = []
    depth, placeholder, secret = 0, "", ""
    for kind, label, text in zip(kinds, labels, texts[1:], strict=True):
        if depth:
            depth += -1 if kind == CLOSES else 1
            if depth:
                secret += text
            else:
                secrets.append((placeholder, secret))
                kept_texts[-1] += OPENS + text
        elif kind == Kind.SECRET:
            depth, placeholder, secret = 1, _plain(label), text
        else:
            kept_texts.append(text)
            kept_kinds.append(kind)
            kept_labels.append(label)
    if depth:
        secrets.append((placeholder, secret))
        kept_texts[-1] += OPENS
    return kept_texts, kept_kinds, kept_labels, secrets
