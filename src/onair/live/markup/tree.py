"""Which elements are open at a place of a page, as a browser's parser has it: the tree construction of HTML,
as far as it decides in which element something stands."""

from __future__ import annotations

import sys
from collections.abc import Callable, Set
from typing import Final

from onair.live.markup import elements as html

_UNBLINDED: Final = -1

#: The value of ``low`` where nothing was closed.
NOWHERE: Final = sys.maxsize


class OpenElements:
    """The stack of open elements.

    ``low`` is how few were open at some time since it was set last: blocks that were opened deeper are torn.
    ``implied`` names the elements that the last tag opened beside its own, and ``implied_at`` the depth of
    the first of them. ``blind`` is the depth of an element in which no place is safe, -1 where there is
    none; at ``watch`` and below, an end is more than an end.
    """

    __slots__ = (
        "_in_body",
        "after_body",
        "blind",
        "has_head",
        "implied",
        "implied_at",
        "implied_to",
        "low",
        "names",
        "watch",
    )

    def __init__(self) -> None:
        self.names = ["#document"]
        self.low = NOWHERE
        self.implied: tuple[str, ...] = ()
        self.implied_at = self.implied_to = 0
        self.blind = _UNBLINDED
        self.watch = 2
        self._in_body: list[str] = []
        self.has_head = self.after_body = False

    def start(self, name: str, hidden_input: bool = False) -> bool:
        """A start tag. Returns whether there is an element of it."""
        names = self.names
        if names[-1] in html.DIRECT and name in html.DIRECT[names[-1]]:
            self._push(name)
            return True
        if name in ("html", "head", "body", "frameset"):
            return self._start_document(name)
        if self.after_body:
            self._reopen_body()
        elif len(names) < 3:
            self._imply_document(name)
        elif names[-1] == "head" and name not in html.HEAD:
            self._open_body()
        if name in html.TABLE_STRUCTURE:
            return self._start_table_part(name)
        if names[-1] in html.FOSTERING and name not in html.ANYWHERE_IN_TABLES and name != "table":
            if name == "form":
                return False
            if not hidden_input:
                self._foster()
        elif names[-1] == "colgroup" and name != "template":
            self._close(len(names) - 1)
        exists = "select" not in names or self._start_in_select(name)
        if name in html.CLOSE_P:
            self._close_in_scope("p", html.BUTTON_SCOPE)
        step = _STARTS.get(name)
        if step is not None and not step(self, name):
            return False
        if name in ("svg", "math"):
            self._push(html.FOREIGN + name)
        elif name not in html.VOID:
            self._push(name)
        return exists

    def text(self) -> None:
        """Text that is not blank, where the current element is one of SENSITIVE."""
        if self.names[-1] in html.FOSTERING:
            self._foster()
        elif self.names[-1] == "colgroup":
            self._close(len(self.names) - 1)
            self._foster()
        elif self.after_body:
            self._reopen_body()
        else:
            self._open_body()

    def end(self, name: str) -> None:
        """An end tag."""
        names = self.names
        if self.after_body:
            if name not in ("body", "html"):
                self._reopen_body()
        elif name in ("body", "br", "html") and (len(names) < 3 or names[-1] == "head"):
            self._open_body()
        if name in ("body", "html"):
            if "body" in names:
                if names[-1].startswith(html.FOREIGN):
                    self._blind(0)
                self._in_body = names[2:]
                del names[2:]
                self._lower(2)
                self.after_body = True
        elif name == "head" and len(names) < 3 and not self.has_head:
            self.has_head = True
            self._imply(*("html", "head")[len(names) - 1 :])
            self._close(2)
        elif names[-1] == name:
            self._close(len(names) - 1)
        elif "select" in names and name not in html.IN_SELECT and name != "select":
            self._blind(0)
            self._lower(names.index("select"))
        elif name in html.FORMATTING:
            self._end_formatting(name)
        elif name in html.HEADINGS:
            self._close_in_scope(html.HEADINGS, html.SCOPE)
        elif name == "form":
            self._end_form()
        elif name in html.TABLE_STRUCTURE or name in ("table", "template"):
            self._close_in_scope(name, {"#document", "table", "template"} - {name})
        elif name == "p":
            self._close_in_scope(name, html.BUTTON_SCOPE)
        elif name == "li":
            self._close_in_scope(name, html.LIST_SCOPE)
        else:
            self._close_in_scope(name, html.SCOPE if name in html.SPECIAL else html.SPECIAL - {name})

    @property
    def in_foreign(self) -> bool:
        """Whether a tag that comes now is one of svg or math."""
        name = self.names[-1]
        return name.startswith(html.FOREIGN) and name not in html.INTEGRATION

    def start_foreign(self, name: str, closed: bool) -> bool:
        """A start tag in svg or math, which may end itself. Returns whether there is an element."""
        if name in html.BREAKS_OUT:
            depth = len(self.names)
            while (
                self.names[depth - 1].startswith(html.FOREIGN)
                and self.names[depth - 1] not in html.INTEGRATION
            ):
                depth -= 1
            self._close(depth)
            return self.start(name)
        root = next(root for root in reversed(self.names) if root in (" svg", " math"))
        if html.FOREIGN + name in html.INTEGRATION and name not in html.HTML_IN[root.strip()]:
            self._blind(0)
        elif name == "annotation-xml":
            self._blind(len(self.names))
        if not closed:
            self._push(html.FOREIGN + name)
        return True

    def end_foreign(self, name: str) -> None:
        """An end tag where the current element is one of svg or math."""
        at = len(self.names) - 1
        while self.names[at].startswith(html.FOREIGN):
            if self.names[at] == html.FOREIGN + name:
                self._close(at)
                return
            at -= 1
        self.end(name)

    @property
    def moves_text(self) -> bool:
        """Whether text that is not blank is put elsewhere, where the current element is one of SENSITIVE."""
        return self.after_body or self.names[-1] in html.FOSTERING or self.names[-1] == "colgroup"

    def ends_with(self, name: str, depth: int) -> bool:
        """Whether an end tag closes all but ``depth`` elements, and elements that it names or implies."""
        outer = depth - 1
        while self.names[outer] != name and self.names[outer] in html.IMPLIED_BY:
            outer -= 1
        return self.names[outer] == name and name in html.SPECIAL

    def close_implied(self, depth: int) -> None:
        """Close all but ``depth`` elements, whose end tags were left out."""
        del self.names[depth:]

    def _leave(self) -> None:
        if len(self.names) <= self.blind:
            self.blind = _UNBLINDED
            self.watch = 2
        self._lower(len(self.names))

    def _push(self, name: str) -> None:
        self.names.append(name)

    def _lower(self, depth: int) -> None:
        self.low = min(self.low, depth)

    def _blind(self, depth: int) -> None:
        self.blind = depth if self.blind == _UNBLINDED else min(self.blind, depth)
        self.watch = max(2, self.blind)

    def _imply(self, *names: str) -> None:
        if not self.implied:
            self.implied_at = len(self.names)
        self.implied += names
        self.names.extend(names)
        self.implied_to = len(self.names)

    def _close(self, depth: int, named: int = 1) -> None:
        """Close all but ``depth`` elements. The first ``named`` of them are meant, the others implied."""
        for name in self.names[depth + named :]:
            if name in html.FORMATTING:
                self._blind(self._limit(depth))
            elif name == "form":
                self._blind(0)
        del self.names[depth:]
        self._leave()

    def _limit(self, depth: int) -> int:
        """The depth of the element with which formatting ends that was left open above ``depth``."""
        return next((at for at in range(depth, 0, -1) if self.names[at] in html.LIMITS_FORMATTING), 0)

    def _find(self, wanted: str | Set[str], stops: Set[str]) -> int | None:
        if isinstance(wanted, str):
            if wanted not in self.names:
                return None
            wanted = {wanted}
        for at in range(len(self.names) - 1, 0, -1):
            if self.names[at] in wanted:
                return at
            if self.names[at] in stops:
                return None
        return None

    def _close_in_scope(self, wanted: str | Set[str], stops: Set[str]) -> None:
        at = self._find(wanted, stops)
        if at is not None:
            self._close(at)

    def _foster(self) -> None:
        at = self._find("table", {"template"})
        self._lower(0 if at is None else at)

    # The document

    def _start_document(self, name: str) -> bool:
        names = self.names
        if name == "html":
            if len(names) == 1:
                self._push(name)
                return True
            return False
        if len(names) == 1:
            self._imply("html")
        if name == "head":
            if len(names) != 2 or self.has_head:
                return False
            self.has_head = True
        elif "body" in names or self.after_body:
            return False
        elif names[-1] == "head":
            self._close(2)
        if len(names) != 2:
            return False
        self._push(name)
        return True

    def _imply_document(self, name: str) -> None:
        """Something that is neither html nor head nor body, with no body open."""
        if name in html.HEAD and not self.has_head:
            self.has_head = True
            self._imply(*("html", "head")[len(self.names) - 1 :])
        elif name in html.HEAD:
            self._lower(1)
        else:
            self._open_body()

    def _open_body(self) -> None:
        depth = len(self.names)
        if depth > 2:
            self._close(2)
        self.has_head = True
        self._imply(*("html", "body")[len(self.names) - 1 :])
        self.implied_at = depth

    def _reopen_body(self) -> None:
        """Something behind the body: a browser puts it into the body."""
        self._lower(1)
        self.names += self._in_body
        self.after_body = False

    # Tables

    def _start_table_part(self, name: str) -> bool:
        names = self.names
        table = self._find("table", {"template"})
        if table is None or (name == "caption" and "caption" in names[table:]):
            return False
        depth = len(names)
        while names[depth - 1] not in _TABLE_PARENTS[name] and depth > table + 1:
            depth -= 1
        if depth < len(names):
            self._close(depth, named=0)
        if names[-1] == "table":
            if name == "tr" or name in html.CELLS:
                self._imply("tbody")
            elif name == "col":
                self._imply("colgroup")
        if name in html.CELLS and names[-1] in html.SECTIONS:
            self._imply("tr")
        if name != "col":
            self._push(name)
        return True

    # Elements with rules of their own. Each returns whether there is an element.

    def _start_item(self, name: str) -> bool:
        wanted = {"li"} if name == "li" else {"dd", "dt"}
        at = self._find(wanted, html.LIST_ITEM_STOPS - wanted)
        if at is not None:
            self._close(at)
        self._close_in_scope("p", html.BUTTON_SCOPE)
        return True

    def _start_heading(self, name: str) -> bool:
        if self.names[-1] in html.HEADINGS:
            self._close(len(self.names) - 1)
        return True

    def _start_option(self, name: str) -> bool:
        while self.names[-1] == "option" or (name == "optgroup" and self.names[-1] == "optgroup"):
            self._close(len(self.names) - 1)
        return True

    def _start_ruby(self, name: str) -> bool:
        if self._find("ruby", html.SCOPE) is not None:
            while self.names[-1] in html.IMPLIED_IN_RUBY:
                self._close(len(self.names) - 1)
        return True

    def _start_form(self, name: str) -> bool:
        return "form" not in self.names

    def _start_button(self, name: str) -> bool:
        self._close_in_scope("button", html.SCOPE)
        return True

    def _start_link(self, name: str) -> bool:
        if self._find(name, html.LIMITS_FORMATTING) is not None:
            self._end_formatting(name)
        return True

    def _start_table(self, name: str) -> bool:
        self._close_in_scope("table", html.LIMITS_FORMATTING - {"object"})
        return True

    def _start_template(self, name: str) -> bool:
        self._blind(len(self.names))
        return True

    def _start_frameless(self, name: str) -> bool:
        self._blind(0)
        return True

    def _start_in_select(self, name: str) -> bool:
        """Returns whether all browsers make an element of it."""
        at = self._find("select", html.SCOPE)
        if at is None or name in html.IN_SELECT:
            return True
        self._lower(at)
        self._blind(at)
        if name in ("select", "input", "keygen", "textarea"):
            self._close(at)
            return name != "select"
        return False

    # Misnested ends

    def _end_formatting(self, name: str) -> None:
        """The adoption agency: where blocks stand in between, elements are cut in two."""
        at = self._find(name, html.SCOPE)
        if at is None:
            return
        if any(between in html.SPECIAL for between in self.names[at + 1 :]):
            self._blind(self._limit(at))
            self._lower(at)
            del self.names[at]
        else:
            self._close(at)

    def _end_form(self) -> None:
        """A form is taken out of the open elements, wherever in them it is."""
        at = self._find("form", html.SCOPE)
        if at is not None:
            self._lower(at)
            del self.names[at]


_TABLE_PARENTS: Final = {
    "caption": {"table"},
    "colgroup": {"table"},
    "tbody": {"table"},
    "tfoot": {"table"},
    "thead": {"table"},
    "col": {"table", "colgroup"},
    "tr": {"table"} | html.SECTIONS,
    "td": {"table", "tr"} | html.SECTIONS,
    "th": {"table", "tr"} | html.SECTIONS,
}

_STARTS: Final[dict[str, Callable[[OpenElements, str], bool]]] = {
    **dict.fromkeys(("li", "dd", "dt"), OpenElements._start_item),
    **dict.fromkeys(html.HEADINGS, OpenElements._start_heading),
    **dict.fromkeys(("option", "optgroup"), OpenElements._start_option),
    **dict.fromkeys(("rt", "rp", "rb", "rtc"), OpenElements._start_ruby),
    **dict.fromkeys(("a", "nobr"), OpenElements._start_link),
    **dict.fromkeys(("plaintext", "frameset"), OpenElements._start_frameless),
    "button": OpenElements._start_button,
    "form": OpenElements._start_form,
    "table": OpenElements._start_table,
    "template": OpenElements._start_template,
}
