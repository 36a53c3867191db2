"""What HTML says of its elements, as tables (HTML Living Standard, 13.1.2 and 13.2)."""

from __future__ import annotations

from typing import Final


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


VOID: Final = _names(
    "area base basefont bgsound br col embed frame hr image img input keygen link meta param source track wbr"
)

#: Their content is text up to their end tag. A browser with scripts reads noscript so, too.
RAW: Final = _names("iframe noembed noframes noscript script style xmp")

#: The same, but with character references: text that can be bound.
RCDATA: Final = _names("textarea title")

HEADINGS: Final = _names("h1 h2 h3 h4 h5 h6")
FORMATTING: Final = _names("a b big code em font i nobr s small strike strong tt u")
SECTIONS: Final = _names("tbody tfoot thead")
CELLS: Final = _names("td th")
TABLE_STRUCTURE: Final = _names("caption col colgroup tbody td tfoot th thead tr")

#: Where text and most elements are put before the table instead.
FOSTERING: Final = _names("table tbody tfoot thead tr")

#: Where text is something else than a child: it moves, or opens and closes elements.
SENSITIVE: Final = FOSTERING | _names("#document html head colgroup frameset")

#: Elements that may stand in a table's structure as they are.
ANYWHERE_IN_TABLES: Final = _names("script style template")

HEAD: Final = _names("base basefont bgsound link meta noframes noscript script style template title")

#: End a paragraph that is still open.
CLOSE_P: Final = HEADINGS | _names(
    "address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form header hgroup hr li listing main menu nav ol p plaintext pre search section summary table "
    "ul xmp"
)

#: What the names of elements of svg and math begin with where they are kept: "title" is HTML's.
FOREIGN: Final = " "

#: Elements of svg and math that hold HTML.
HTML_IN: Final = {
    "svg": _names("foreignobject desc title"),
    "math": _names("mi mo mn ms mtext annotation-xml"),
}
INTEGRATION: Final = frozenset(FOREIGN + name for names in HTML_IN.values() for name in names)

#: Where a search for an open element ends.
SCOPE: Final = INTEGRATION | _names("#document applet caption html marquee object table td template th")
BUTTON_SCOPE: Final = SCOPE | {"button"}
LIST_SCOPE: Final = SCOPE | {"ol", "ul"}

#: Formatting that was left open in one of these ends with it.
LIMITS_FORMATTING: Final = _names("applet caption marquee object td template th")

SPECIAL: Final = (
    VOID
    | RAW
    | RCDATA
    | CLOSE_P
    | TABLE_STRUCTURE
    | INTEGRATION
    | _names("#document applet body button frameset head html marquee object select table template")
)
#: Where the search for an open list item ends.
LIST_ITEM_STOPS: Final = SPECIAL - {"address", "div", "p"}

#: End tags that may be left out: by whom they are implied, beside the end of the parent.
IMPLIED_BY: Final = {
    "li": _names("li"),
    "dt": _names("dt dd"),
    "dd": _names("dt dd"),
    "p": _names("p"),
    "option": _names("option optgroup"),
    "optgroup": _names("optgroup"),
    "td": _names("td th"),
    "th": _names("td th"),
    "tr": _names("tr"),
    "tbody": SECTIONS,
    "thead": SECTIONS,
    "tfoot": SECTIONS,
    "colgroup": SECTIONS | _names("tr colgroup"),
    "caption": SECTIONS | _names("tr colgroup"),
}

#: Ends of these are implied by the parts of a ruby.
IMPLIED_IN_RUBY: Final = _names("dd dt li optgroup option p rb rp rt rtc")

#: Children that a parent takes as they are, whatever else is open.
DIRECT: Final = {
    "ul": _names("li"),
    "ol": _names("li"),
    "table": SECTIONS | _names("caption colgroup"),
    "tbody": _names("tr"),
    "thead": _names("tr"),
    "tfoot": _names("tr"),
    "tr": CELLS,
    "select": _names("option optgroup"),
}

#: End the svg or math that they stand in.
BREAKS_OUT: Final = HEADINGS | _names(
    "b big blockquote body br center code dd div dl dt em embed head hr i img li listing menu meta nobr ol p "
    "pre ruby s small span strike strong sub sup table tt u ul var"
)

#: In a select everything else is handled in another way by each generation of browsers.
IN_SELECT: Final = _names("option optgroup hr script template")
