"""What some code has done to a live page that was open, as a test looks at it."""

from __future__ import annotations

from collections.abc import Iterable

from onair.live.markup import Block
from onair.live.visiting import PageNotShown
from onair.testing.html import Element, read
from onair.testing.selectors import select
from onair.testing.telling import Told

#: Of elements so much is shown in a message.
_MOST_HTML = 200


class LiveChange:
    """What some code did to a page that was open. Each assertion returns it again."""

    def __init__(self, told: Told, before: Block, after: Block, refused: PageNotShown | None) -> None:
        self._told = told
        self._before, self._after = read(before.html), read(after.html)
        self._refused = refused
        self._is_changed = before is not after and before.html != after.html

    def changes(self, selector: str) -> LiveChange:
        """Assert that what a CSS selector names has changed, has come or has gone.

        Args:
            selector: like ``"li:first"``, ``"#board .open"`` or ``"a[href]"``.

        Raises:
            BadSelector: the selector is more than a test understands.
        """
        __tracebackhide__ = True
        self._assert_shown()
        before, after = (_htmls(select(root, selector)) for root in (self._before, self._after))
        if before == after:
            found = f"It is as before: {_shortened(after)}" if after else "The page has none."
            raise AssertionError(f"Expected {selector!r} to change. {found}\n{self._told}")
        return self

    def changes_nothing(self) -> LiveChange:
        """Assert that the open page stays as it is."""
        __tracebackhide__ = True
        self._assert_shown()
        if self._is_changed:
            raise AssertionError(f"Expected the page to stay as it is.\n{self._differences()}\n{self._told}")
        return self

    def renders(self, count: int) -> LiveChange:
        """Assert how many regions had to be rendered again, whether they turned out to differ or not."""
        __tracebackhide__ = True
        if len(self._told.matched) != count:
            raise AssertionError(
                f"Expected {count} regions to be rendered again, not {len(self._told.matched)}.\n{self._told}"
            )
        return self

    def shows(self, text: str) -> LiveChange:
        """Assert that the page shows a text now, and did not before; space counts as one blank."""
        __tracebackhide__ = True
        self._assert_shown()
        wanted = " ".join(text.split())
        if wanted not in self._after.text:
            raise AssertionError(f"Expected the page to show {text!r}: {self._after.text}\n{self._told}")
        if wanted in self._before.text and self._before.text.count(wanted) >= self._after.text.count(wanted):
            raise AssertionError(f"The page has shown {text!r} before.\n{self._told}")
        return self

    def hides(self, text: str) -> LiveChange:
        """Assert that the page does not show a text any more that it has shown before."""
        __tracebackhide__ = True
        self._assert_shown()
        wanted = " ".join(text.split())
        if wanted in self._after.text:
            raise AssertionError(f"Expected the page to hide {text!r}: {self._after.text}\n{self._told}")
        if wanted not in self._before.text:
            raise AssertionError(f"The page has not shown {text!r} before, either.\n{self._told}")
        return self

    def denies(self) -> LiveChange:
        """Assert that the page is not shown to its viewer any more, and that its browser is told so."""
        __tracebackhide__ = True
        if self._refused is None:
            raise AssertionError(f"Expected the page to be shown no more, but it is.\n{self._told}")
        return self

    def _assert_shown(self) -> None:
        __tracebackhide__ = True
        if self._refused is not None:
            raise AssertionError(f"The page is not shown any more. {self._refused}\n{self._told}")

    def _differences(self) -> str:
        before, after = map(_lines_of, (self._before, self._after))
        gone, come = [one for one in before if one not in after], [one for one in after if one not in before]
        return "\n".join([*(f"- {one}" for one in gone), *(f"+ {one}" for one in come)])


def _htmls(elements: Iterable[Element]) -> list[str]:
    return [str(element) for element in elements]


def _lines_of(root: Element) -> list[str]:
    """Return the elements that hold no other, and the texts."""
    return [str(one) for one in root.descendants() if not one.elements]


def _shortened(htmls: list[str]) -> str:
    text = " ".join(htmls)
    return text if len(text) <= _MOST_HTML else f"{text[:_MOST_HTML]}…"
