"""What a real HTML5 parser makes of a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import html5lib

MARKER = re.compile(r"(/?)o:(.+)", re.DOTALL)
ANCHOR = "data-o"


def nodes(page: str) -> Any:
    """The document, as nested tuples: elements (name, attributes, children), comments ("!", text), texts."""
    root = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("dom")).parse(page, scripting=True)
    return _node(root)


def _node(node: Any) -> Any:
    if node.nodeType == node.TEXT_NODE:
        return node.data
    if node.nodeType == node.COMMENT_NODE:
        return ("!", node.data)
    if node.nodeType == node.DOCUMENT_TYPE_NODE:
        return ("!doctype", node.name)
    attributes = dict(node.attributes.items()) if node.nodeType == node.ELEMENT_NODE else {}
    return (node.nodeName, attributes, [_node(child) for child in node.childNodes])


def markers(page: str) -> tuple[int, int]:
    """How many pairs of markers and how many bound tags a parser finds.

    Raises AssertionError where the two of a pair do not stand in one parent, one within the other.
    """
    pairs = anchors = 0
    for _, attributes, children in _elements(nodes(page)):
        anchors += ANCHOR in attributes
        begun: list[str] = []
        for child in children:
            if not (isinstance(child, tuple) and child[0] == "!" and (found := MARKER.fullmatch(child[1]))):
                continue
            if found[1]:
                assert begun, f"{child} has no beginning"
                assert begun.pop() == found[2], f"{child} ends another"
                pairs += 1
            else:
                begun.append(found[2])
        assert not begun, f"{begun} have no end"
    return pairs, anchors


def _elements(node: Any) -> Iterator[tuple[str, dict[str, str], list[Any]]]:
    if isinstance(node, tuple) and len(node) == 3:
        yield node
        for child in node[2]:
            yield from _elements(child)


def shown(page: str) -> Any:
    """The document as far as markers make no difference to it: without comments, anchors, blanks."""
    return _shown(nodes(page))


def _shown(node: Any) -> Any:
    if isinstance(node, str):
        return "".join(node.split())
    if len(node) == 2:
        return None if node[0] == "!" else node
    name, attributes, children = node
    kept: list[Any] = []
    for child in map(_shown, children):
        if not child:
            continue
        if isinstance(child, str) and kept and isinstance(kept[-1], str):
            kept[-1] += child
        else:
            kept.append(child)
    return (
        name,
        {key: value for key, value in attributes.items() if key not in (ANCHOR, f"{ANCHOR}-")},
        kept,
    )
