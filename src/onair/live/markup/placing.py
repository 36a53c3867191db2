"""The one pass over a page: each tag moves the stack of open elements, each mark asks it where it stands."""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right
from typing import Final, NamedTuple

from onair.live.markup import elements as html
from onair.live.markup.binding import Tag
from onair.live.markup.block import Block, Bound
from onair.live.markup.draft import ANCHOR, Draft
from onair.live.markup.marks import CLOSES, Kind, Marked
from onair.live.markup.tokens import FORGED, HIDDEN_INPUT, NEXT_TAG, TOKEN, WHOLE
from onair.live.markup.tree import NOWHERE, OpenElements

_CDATA: Final = "<![CDATA["
_KINDS: Final = {kind.value: kind for kind in Kind}
_VALUE: Final = Kind.VALUE.value
_RAW_END = {name: re.compile(rf"</{name}(?=[ \t\n\f\r/>])", re.IGNORECASE) for name in html.RAW | html.RCDATA}

TORN: Final = "it begins in one element and ends in another"
IN_TAG: Final = "it is not the whole value of an attribute in quotes, or of one that may be set"
IN_RAW: Final = "it stands where HTML has neither elements nor comments"
DISPLACED: Final = "a browser moves its text elsewhere: out of a table, or into the body"
UNSAFE: Final = "what is open around it leaves no safe place"
TWICE: Final = "there is another region with this name before it"
UNKEYED: Final = "not all of its content is items, each with a key of its own"
UNFINISHED: Final = "its mark is cut off, or the page ends in a tag"


class Lost(NamedTuple):
    """A mark that has no place of its own in the page: what it holds belongs to the block around it."""

    kind: Kind
    label: str
    why: str


class Placing:
    """Reads a page once.

    ``regions`` are those that were placed, ``lost`` is what was not, and why.
    """

    def __init__(self, marked: Marked) -> None:
        self.text = marked.text
        self.kinds = [*marked.kinds, ""]
        self.labels = marked.labels
        self.offsets = [*marked.offsets, sys.maxsize]
        self.open = OpenElements()
        self.drafts = [Draft(Kind.REGION, "page", 0)]
        self.regions: dict[str, Block] = {}
        self.lost: list[Lost] = []
        self.mark = 0
        self.written = 0
        self.unsplit = self._inside_of_what_is_whole()

    def run(self) -> Block:
        """Read all of the page. Returns it as one block."""
        text, open_, direct = self.text, self.open, html.DIRECT
        names = open_.names
        at, end = 0, len(text)
        resumed = True
        while resumed:
            resumed = False
            for found in TOKEN.finditer(text, at):
                begin = found.start()
                if at < begin and names[-1] in html.SENSITIVE:
                    self._text(at, begin)
                if self.offsets[self.mark] <= begin:
                    self._marks(begin)
                at = found.end()
                slash, name, attributes, bracket = found.groups()
                if slash:
                    if name == names[-1] and len(names) > open_.watch + 1 and self.offsets[self.mark] >= at:
                        names.pop()
                        if self.drafts[-1].depth > len(names):
                            self._tear(len(names), TORN)
                    else:
                        self._end(name.lower(), at)
                elif not attributes and name in direct.get(names[-1], ()) and self.offsets[self.mark] >= at:
                    names.append(name)
                    continue
                elif bracket:
                    after = self._start(name.lower(), attributes, begin, at)
                elif name is None:
                    after = self._comment(begin, at)
                else:
                    after = self._cut_off(at)
                if not slash and after != at:
                    at = after
                    resumed = True
                    break
        if names[-1] in html.SENSITIVE:
            self._text(at, end)
        self._marks(end)
        while len(self.drafts) > 1:
            self._dissolve(UNFINISHED)
        self._write(end)
        return self.drafts[0].block()

    # Tokens. What does not end where its first token does returns where to go on.

    def _text(self, begin: int, end: int) -> None:
        """Text where the current element is one of SENSITIVE."""
        run = self.text[begin:end]
        if not run or run.isspace():
            return
        if self.open.moves_text:
            self.open.text()
            self._moved(begin, DISPLACED)
            self._marks(end, DISPLACED)
        else:
            first = begin + len(run) - len(run.lstrip())
            self._marks(first)
            self.open.text()
            self._moved(first, TORN)

    def _comment(self, begin: int, end: int) -> int:
        if self.text.startswith(_CDATA, begin) and self.open.in_foreign:
            end = self.text.find("]]>", begin) + 3
            end = len(self.text) if end < 3 else end
        elif forged := FORGED.match(self.text, begin):
            self._write(begin + len(forged[1]))
            self.drafts[-1].parts.append(" ")
        self._inside(end, IN_RAW)
        return end

    def _start(self, name: str, attributes: str, begin: int, end: int) -> int:
        open_ = self.open
        foreign = open_.in_foreign
        if foreign:
            exists = open_.start_foreign(name, Tag(name, attributes).closed)
        else:
            hidden = name == "input" and HIDDEN_INPUT.search(attributes) is not None
            exists = open_.start(name, hidden)
        if open_.low != NOWHERE or open_.implied:
            self._moved(begin, TORN)
        after = end
        raw = not foreign and name in _RAW_END
        if raw:
            ending = _RAW_END[name].search(self.text, end)
            after = ending.start() if ending else len(self.text)
        elif name == "plaintext":
            after = len(self.text)
        elif name in ("pre", "listing") and self.text.startswith(("\n", "\r"), end):
            self.unsplit.update(range(bisect_left(self.offsets, end), bisect_right(self.offsets, end)))
        if raw or self.offsets[self.mark] < end or ANCHOR in attributes.lower():
            bound = exists and open_.blind < 0
            self._rewrite(Tag(name, attributes), begin + 1 + len(name), end, after if raw else None, bound)
        return after

    def _end(self, name: str, end: int) -> None:
        open_ = self.open
        if self.offsets[self.mark] < end:
            self._inside(end, IN_TAG)
        if open_.names[-1].startswith(html.FOREIGN):
            open_.end_foreign(name)
        else:
            open_.end(name)
        self._moved(end, TORN)

    def _cut_off(self, end: int) -> int:
        """The page ends in a tag: a browser drops that, and with it whatever it was."""
        self._tear(0, UNFINISHED)
        self._inside(sys.maxsize, UNFINISHED)
        return end

    # Attributes and texts

    def _rewrite(self, tag: Tag, begin: int, end: int, after: int | None, bound: bool) -> None:
        """Bind what a tag's attributes and its text have of marks, and take away the page's own anchors."""
        text = self.text
        holes: list[tuple[int, int, Bound | str]] = []
        for attribute in tag.attributes:
            if attribute.name == ANCHOR:
                holes.append((begin + attribute.name_ends, begin + attribute.name_ends, "-"))
            elif bound and attribute.begins >= 0:
                first, last = begin + attribute.begins, begin + attribute.ends
                if self._balanced(first, last) and tag.may_bind(attribute, text[first:last]):
                    holes.append((first, last, Bound(attribute.name, text[first:last])))
        if bound and after is not None and tag.name in html.RCDATA and after < len(text):
            first = end + (tag.name == "textarea" and text.startswith("\n", end))
            if self._balanced(end, after):
                holes.append((first, after, Bound(None, text[first:after])))
        bindings = 0
        for first, last, hole in holes:
            if isinstance(hole, Bound):
                bindings += 1
                self._inside(first, IN_TAG)
                self.mark = bisect_right(self.offsets, last)
        self._inside(end, IN_TAG)
        if after is not None:
            self._inside(after + 1, IN_RAW)
        if bindings:
            self._write(begin)
            self.drafts[-1].parts.append(bindings)
        for first, last, hole in holes:
            self._write(first)
            self.drafts[-1].parts.append(hole)
            self.written = last

    def _balanced(self, first: int, last: int) -> bool:
        """Whether there are marks in a stretch of text, each with its end."""
        depth, at = 0, bisect_left(self.offsets, first, self.mark)
        begin = at
        while self.offsets[at] <= last:
            depth += -1 if self.kinds[at] == CLOSES else 1
            at += 1
            if depth < 0:
                return False
        return depth == 0 and at > begin

    # Marks

    def _marks(self, upto: int, why: str | None = None) -> None:
        """Handle the marks in a text."""
        offsets, kinds, unsplit = self.offsets, self.kinds, self.unsplit
        if why is None and self.open.blind >= 0:
            why = UNSAFE
        at = self.mark
        while offsets[at] <= upto:
            place, kind = offsets[at], kinds[at]
            lost = IN_RAW if unsplit and at in unsplit else why
            if kind == CLOSES:
                self._close(place, lost)
            elif (
                kind == _VALUE
                and kinds[at + 1] == CLOSES
                and offsets[at + 1] <= upto
                and not (why or unsplit)
            ):
                self._write(place)
                self.written = offsets[at + 1]
                value = Block(Kind.VALUE, "", (self.text[place : self.written],))
                self.drafts[-1].parts.append(value)
                at += 1
            else:
                self._write(place)
                self.drafts.append(Draft(_KINDS[kind], self.labels[at], len(self.open.names), lost))
            at += 1
        self.mark = at

    def _inside(self, end: int, why: str) -> None:
        """Handle the marks before ``end`` that are inside of a token: none of them can stay."""
        while self.offsets[self.mark] < end:
            kind = self.kinds[self.mark]
            if kind != CLOSES:
                self.drafts.append(Draft(_KINDS[kind], self.labels[self.mark], len(self.open.names), why))
            elif len(self.drafts) > 1:
                self._dissolve(why)
            self.mark += 1

    def _close(self, place: int, why: str | None) -> None:
        """The end of the block that was opened last."""
        if len(self.drafts) == 1:
            return
        draft = self.drafts[-1]
        why = draft.why or why
        if why is None and len(self.open.names) != draft.depth and not self._end_implied(draft, place):
            why = TORN
        self._write(place)
        if why is not None:
            self._dissolve(why)
            return
        self.drafts.pop()
        if draft.kind is Kind.REGION:
            if draft.key in self.regions:
                self.lost.append(Lost(draft.kind, draft.key, TWICE))
                draft.kind = Kind.BLOCK
            else:
                self.regions[draft.key] = draft.block()
                self.drafts[-1].parts.append(self.regions[draft.key])
                return
        block = draft.block()
        if block.kind is not draft.kind:
            self.lost.append(Lost(draft.kind, draft.key, UNKEYED))
        self.drafts[-1].parts.append(block)

    def _end_implied(self, draft: Draft, place: int) -> bool:
        """Write the end tags that were left out, where all that is open in a block ends with it."""
        inner = self.open.names[draft.depth :]
        following = NEXT_TAG.match(self.text, place)
        if following is None or not all(name in html.IMPLIED_BY for name in inner):
            return False
        slash, name = following[1], (following[2] or "").lower()
        if slash and not self.open.ends_with(name, draft.depth):
            return False
        if name and not slash and name not in html.IMPLIED_BY[inner[0]]:
            return False
        self._write(place)
        draft.parts.append("".join(f"</{name}>" for name in reversed(inner)))
        self.open.close_implied(draft.depth)
        return True

    def _dissolve(self, why: str) -> None:
        draft = self.drafts.pop()
        self.drafts[-1].parts.extend(draft.parts)
        self.lost.append(Lost(draft.kind, draft.key, draft.why or why))

    def _write(self, upto: int) -> None:
        if upto > self.written:
            self.drafts[-1].parts.append(self.text[self.written : upto])
            self.written = upto

    # What elements do to blocks

    def _moved(self, at: int, why: str) -> None:
        """Elements were closed or implied by what stands at ``at``."""
        open_ = self.open
        staying = self._shift(at) if open_.implied else len(self.drafts)
        if open_.low != NOWHERE:
            self._tear(open_.low, why, staying)
            open_.low = NOWHERE

    def _tear(self, depth: int, why: str, upto: int | None = None) -> None:
        """Give up the blocks that were opened deeper."""
        for draft in self.drafts[:upto]:
            if draft.depth > depth and draft.why is None:
                draft.why = why

    def _shift(self, at: int) -> int:
        """Have the blocks that have just been opened begin inside of the elements that were implied.

        Written down before them, these are the same elements; a marker alone would be left outside of them.
        Returns how many blocks are left outside.
        """
        self._write(at)
        open_, drafts = self.open, self.drafts
        first = len(drafts)
        while first > 1 and drafts[first - 1].depth == open_.implied_at and drafts[first - 1].blank:
            first -= 1
        if first < len(drafts):
            drafts[first - 1].parts.append("".join(f"<{name}>" for name in open_.implied))
            for draft in drafts[first:]:
                draft.depth = open_.implied_to
        open_.implied = ()
        return first

    def _inside_of_what_is_whole(self) -> set[int]:
        """The numbers of the marks that stand inside of something that no comment may part."""
        inside: set[int] = set()
        if "&" in self.text or "\r\n" in self.text:
            for found in WHOLE.finditer(self.text):
                at = bisect_right(self.offsets, found.start())
                while self.offsets[at] < found.end():
                    inside.add(at)
                    at += 1
        return inside
