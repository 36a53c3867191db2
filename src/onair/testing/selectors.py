"""CSS selectors, as far as a test needs them to name a part of a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from onair.exceptions import OnAirError
from onair.testing.html import Element

_KNOWN = (
    "tag, *, #id, .class, [attribute], [attribute=value] (also ^=, $=, *= and ~=), :first-child, "
    ":last-child, descendants (a b), children (a > b), a list (a, b), and :first or :last at the end"
)

_NAME = r"-?[_a-zA-Z\u0080-\U0010ffff][-\w]*"
_SIMPLE = re.compile(
    rf"""
    (?P<tag>\*|{_NAME})
    | \#(?P<id>{_NAME})
    | \.(?P<class>{_NAME})
    | \[\s*(?P<attribute>[-\w:]+)\s*
        (?:(?P<operator>[\^$*~]?=)\s*(?P<value>"[^"]*"|'[^']*'|[^\]\s"']+)\s*)?\]
    | :(?P<pseudo>[-a-z]+)(?![-a-z(])
    """,
    re.VERBOSE,
)
_COMBINATOR = re.compile(r"\s*(?P<child>>)\s*|\s+")
_COMMA = re.compile(r"\s*,\s*")

_Test = Callable[[Element], bool]


class BadSelector(OnAirError, ValueError):
    """A selector is none, or is more than a test's can be; the message says what is known."""


@dataclass(frozen=True, slots=True)
class _Step:
    """What an element is asked, and how it stands to that of the step before."""

    tests: tuple[_Test, ...]
    is_child: bool

    def fits(self, element: Element) -> bool:
        return bool(element.tag) and all(test(element) for test in self.tests)


@dataclass(frozen=True, slots=True)
class _Path:
    """One selector of a list; ``only`` is the place of the element that counts among all that fit."""

    steps: tuple[_Step, ...]
    only: int | None

    def select(self, root: Element) -> list[Element]:
        found = [element for element in root.descendants() if _fits(element, self.steps)]
        return found if self.only is None else found[self.only :][:1]


def select(root: Element, selector: str) -> list[Element]:
    """Return the elements that a selector fits, in the order of the page.

    Raises:
        BadSelector: it is not understood.
    """
    chosen = {id(element) for path in _parse(selector) for element in path.select(root)}
    return [element for element in root.descendants() if id(element) in chosen]


def _fits(element: Element, steps: Sequence[_Step]) -> bool:
    last = steps[-1]
    if not last.fits(element):
        return False
    if len(steps) == 1:
        return True
    above: Iterable[Element] = element.ancestors()
    if last.is_child:
        above = [element.parent] if element.parent is not None else []
    return any(_fits(one, steps[:-1]) for one in above)


def _parse(selector: str) -> list[_Path]:
    text = selector.strip()
    paths: list[_Path] = []
    steps: list[_Step] = []
    tests: list[_Test] = []
    at, is_child, only = 0, False, None
    while True:
        simple = _SIMPLE.match(text, at)
        if simple is not None and only is None and not (simple["tag"] and tests):
            at = simple.end()
            if simple["pseudo"] in _PLACES:
                only = _PLACES[simple["pseudo"]]
            else:
                tests.append(_test(simple, selector))
            continue
        if not tests and only is None:
            _refuse(selector, text[at:])
        ends = at == len(text)
        comma, combinator = _COMMA.match(text, at), _COMBINATOR.match(text, at)
        steps.append(_Step(tuple(tests), is_child))
        tests = []
        if ends or comma is not None:
            paths.append(_Path(tuple(steps), only))
            if comma is None:
                return paths
            steps, is_child, only, at = [], False, None, comma.end()
        elif combinator is not None and only is None:
            is_child, at = combinator["child"] is not None, combinator.end()
        else:
            _refuse(selector, text[at:])


def _test(simple: re.Match[str], selector: str) -> _Test:
    kind = simple.lastgroup
    if simple["attribute"]:
        return _attribute_test(simple)
    if kind == "pseudo" and simple["pseudo"] not in _PSEUDOS:
        _refuse(selector, simple[0])
    if kind == "pseudo":
        return _PSEUDOS[simple["pseudo"]]
    wanted = simple[kind or 0]
    tests: dict[str | None, _Test] = {
        "tag": lambda element: wanted in ("*", element.tag) or wanted.lower() == element.tag,
        "id": lambda element: element.attributes.get("id") == wanted,
        "class": lambda element: wanted in element.classes,
    }
    return tests[kind]


def _attribute_test(simple: re.Match[str]) -> _Test:
    name, operator = simple["attribute"].lower(), simple["operator"]
    wanted = (simple["value"] or "").strip("\"'")
    if operator is None:
        return lambda element: name in element.attributes
    compare = _OPERATORS[operator]
    return lambda element: name in element.attributes and compare(element.attributes[name], wanted)


def _refuse(selector: str, rest: str) -> NoReturn:
    where = f"{rest!r} in {selector!r}" if rest else repr(selector)
    raise BadSelector(f"A test does not understand {where}. It knows {_KNOWN}.")


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda have, wanted: have == wanted,
    "^=": lambda have, wanted: bool(wanted) and have.startswith(wanted),
    "$=": lambda have, wanted: bool(wanted) and have.endswith(wanted),
    "*=": lambda have, wanted: bool(wanted) and wanted in have,
    "~=": lambda have, wanted: wanted in have.split(),
}

_PSEUDOS: dict[str, _Test] = {
    "first-child": lambda element: element.parent is not None and element.parent.elements[0] is element,
    "last-child": lambda element: element.parent is not None and element.parent.elements[-1] is element,
}

#: What chooses one of all that fit.
_PLACES = {"first": 0, "last": -1}
