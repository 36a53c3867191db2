"""``RTResponse``: what a handler lets the page that called it do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import DisallowedRedirect
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.utils.html import conditional_escape

#: The kinds of toasts: those of ``django.contrib.messages``.
LEVELS = ("info", "success", "warning", "error")

Op = list[Any]


class _Step:
    """A step that begins a response where the class is asked, and follows one where a response is asked."""

    def __init__(self, make: Callable[..., Op]) -> None:
        self._make = make
        self.__doc__ = make.__doc__
        self.__wrapped__ = make

    def __get__(self, response: RTResponse | None, owner: type[RTResponse]) -> Callable[..., RTResponse]:
        def step(*args: Any, **kwargs: Any) -> RTResponse:
            made = owner._of([*(response.ops if response is not None else ()), self._make(*args, **kwargs)])
            if response is not None:
                made.cookies.update(response.cookies)
            return made

        step.__doc__ = self.__doc__
        step.__wrapped__ = self._make  # type: ignore[attr-defined]  # what inspect.signature looks for
        return step


class RTResponse(HttpResponse):
    """New content for what a selector selects in the page that called: ``RTResponse("#result", text)``.

    A plain string is text, and is escaped; what a template, ``format_html`` or ``mark_safe`` has made is
    HTML. Other steps begin with the class, and go on: ``RTResponse.append("#log", line).focus("#say")``. A
    handler may return several responses in a list.

    A selector is written by the view's own code. Never build one of what a user has typed: it would choose
    what in the page is changed.

    Args:
        selector: the elements, in CSS.
        html: their new content.
    """

    def __init__(self, selector: str, html: Any = "") -> None:
        super().__init__(content_type="application/json")
        self._begin([["html", _checked(selector), str(conditional_escape(html))]])

    @classmethod
    def _of(cls, ops: list[Op]) -> RTResponse:
        response = cls.__new__(cls)
        HttpResponse.__init__(response, content_type="application/json")
        response._begin(ops)
        return response

    def _begin(self, ops: list[Op]) -> None:
        self.ops = ops
        self.content = json.dumps(as_answer(ops)).encode()

    @_Step
    def append(selector: str, html: Any) -> Op:  # noqa: N805 (no method: a step)
        """Put content at the end of the elements."""
        return ["append", _checked(selector), str(conditional_escape(html))]

    @_Step
    def prepend(selector: str, html: Any) -> Op:  # noqa: N805
        """Put content at the beginning of the elements."""
        return ["prepend", _checked(selector), str(conditional_escape(html))]

    @_Step
    def remove(selector: str) -> Op:  # noqa: N805
        """Take the elements out of the page."""
        return ["remove", _checked(selector)]

    @_Step
    def reset(selector: str) -> Op:  # noqa: N805
        """Give the forms the values that they began with."""
        return ["reset", _checked(selector)]

    @_Step
    def focus(selector: str) -> Op:  # noqa: N805
        """Let the user go on at the first of the elements."""
        return ["focus", _checked(selector)]

    @_Step
    def toast(text: Any, level: str = "info") -> Op:  # noqa: N805
        """Show a short message for a while. The level is ``info``, ``success``, ``warning`` or ``error``."""
        return ["toast", str(text), checked_level(level)]

    @_Step
    def redirect(to: Any, *args: Any, **kwargs: Any) -> Op:  # noqa: N805
        """Open another page: what ``django.shortcuts.redirect`` takes.

        Raises:
            DisallowedRedirect: it is neither a path nor of HTTP.
        """
        url = resolve_url(to, *args, **kwargs)
        if urlsplit(url).scheme not in {"", "http", "https"}:
            raise DisallowedRedirect(f"A page cannot be sent to {url!r}.")
        return ["redirect", url]


def as_answer(ops: list[Op]) -> dict[str, Any]:
    """Return what the browser gets for steps: a redirect stands beside them, the last one counts."""
    redirects = [op[1] for op in ops if op[0] == "redirect"]
    steps = [op for op in ops if op[0] != "redirect"]
    return {"ops": steps, "redirect": redirects[-1]} if redirects else {"ops": steps}


def checked_level(level: str) -> str:
    """Return the level of a toast.

    Raises:
        ValueError: there is none of that name.
    """
    if level not in LEVELS:
        raise ValueError(f"There is no toast of level {level!r}: it is one of {', '.join(LEVELS)}.")
    return level


def _checked(selector: Any) -> str:
    if not isinstance(selector, str) or not selector.strip():
        raise ValueError(f"{selector!r} is no selector. Name elements of the page, as '#result' does.")
    return selector
