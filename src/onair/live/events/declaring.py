"""``@event``: which of a view's methods handle what happens in the browser, and what they are told.

What a class declares is collected once, when the class is made. The browser names a handler by its place in
that table, which is the same in every process, and reaches nothing else of the class.
"""

from __future__ import annotations

import hashlib
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from onair.exceptions import ConfigurationError
from onair.live.events.keywords import Gathered, keywords_of
from onair.live.events.selectors import THIS, as_css

Function = TypeVar("Function", bound=Callable[..., Any])

#: The largest value of one gathered element, in characters, where the handler does not say.
MAX_LENGTH = 100_000

#: The largest gathered file, in bytes, where the handler does not say.
MAX_FILE_SIZE = 10 * 1024 * 1024

_DECLARED = "_onair_events"
_TABLE = "_onair_handlers"
_NAME = re.compile(r"[A-Za-z][\w:.-]*")


@dataclass(frozen=True, slots=True)
class Handler:
    """A method, and what calls it.

    Args:
        method: its name.
        on: the event's name, as the browser has it.
        at: the selector of the elements.
        gather: its keywords, and what each of them is told.
        form: the form that is bound before it runs.
        max_length: characters of one gathered value.
        max_file_size: bytes of one gathered file.
    """

    method: str
    on: str
    at: str
    gather: Mapping[str, Gathered]
    form: type[Any] | None = None
    max_length: int = MAX_LENGTH
    max_file_size: int = MAX_FILE_SIZE

    @property
    def sends_form(self) -> bool:
        """Whether the browser sends the fields of the form that the event came from."""
        return self.form is not None

    def as_data(self) -> dict[str, Any]:
        """Return what the browser is told of it."""
        gather = {
            keyword: (
                dict(told.selectors)
                if isinstance(told.selectors, Mapping)
                else list(told.selectors)
                if told.is_many
                else told.selectors
            )
            for keyword, told in self.gather.items()
        }
        return {"on": self.on, "at": self.at, "gather": gather, **({"form": True} if self.sends_form else {})}


@dataclass(frozen=True, slots=True)
class _Declaration:
    """What one decorator said, before the method has a name."""

    on: str
    at: str
    gather: Mapping[str, Gathered]
    form: type[Any] | None
    max_length: int
    max_file_size: int


def event(
    name: str,
    selector: str,
    form: type[Any] | None = None,
    *,
    max_length: int = MAX_LENGTH,
    max_file_size: int = MAX_FILE_SIZE,
) -> Callable[[Function], Function]:
    """Let a view's method handle what happens in the browser: ``@RTView.event("click", "#mybutton")``.

    Every keyword whose default is a string is told the value of the element that it selects; a list of one
    selector is told those of all elements, a dictionary of selectors one for each key. ``"this"`` is the
    element that the event came from, ``"this .name"`` one inside it.

    Args:
        name: the event of the browser; several are separated by spaces.
        selector: the elements, in CSS. They need not be there yet.
        form: a form, bound to what was posted. The method runs if it is valid, and gets it as ``form``.
        max_length: characters that one gathered value may have.
        max_file_size: bytes that one gathered file may have.

    Raises:
        ConfigurationError: a name or a selector is none, or the method cannot be called as declared.
    """

    def declare(function: Function) -> Function:
        where = f"The event handler {getattr(function, '__qualname__', function)}"
        gather = MappingProxyType(dict(keywords_of(function, form, where)))
        at = as_css(selector, where=where)
        if at == THIS:
            raise ConfigurationError(f"{where} listens at 'this'. Select the elements, as '#mybutton' does.")
        declared = [
            _Declaration(one, at, gather, form, max_length, max_file_size) for one in _names(name, where)
        ]
        # The lowest decorator runs first, and is read last.
        setattr(function, _DECLARED, (*declared, *getattr(function, _DECLARED, ())))
        return function

    return declare


def handlers_of(view_class: type) -> tuple[Handler, ...]:
    """Return the handlers of a class. The place of each is the number by which the browser names it."""
    table: tuple[Handler, ...] | None = vars(view_class).get(_TABLE)
    return _collect(view_class) if table is None else table


def fingerprint(view_class: type) -> str:
    """Return what changes with the table: a page of before a deployment must not reach another handler."""
    said = repr([(handler.method, handler.as_data()) for handler in handlers_of(view_class)])
    return hashlib.blake2b(said.encode(), digest_size=6).hexdigest()


def remember_handlers(view_class: type) -> None:
    """Collect the handlers of a class that has just been made.

    Raises:
        ConfigurationError: two of them handle the same event of the same elements.
    """
    handlers = _collect(view_class)
    seen: dict[tuple[str, str], str] = {}
    for handler in handlers:
        other = seen.setdefault((handler.on, handler.at), handler.method)
        if other != handler.method:
            raise ConfigurationError(
                f"{view_class.__qualname__}.{handler.method} and {other} both handle {handler.on!r} at "
                f"{handler.at!r}, in no order. Let one of them call the other."
            )
    setattr(view_class, _TABLE, handlers)


def _collect(view_class: type) -> tuple[Handler, ...]:
    """Return the table, sorted, so that it is the same in every process.

    An override without a decorator handles what the method of the base class does; ``name = None`` handles
    nothing any more.
    """
    names = sorted(
        {name for base in view_class.__mro__ for name, value in vars(base).items() if _said(value)}
    )
    return tuple(
        Handler(name, said.on, said.at, said.gather, said.form, said.max_length, said.max_file_size)
        for name in names
        if getattr(view_class, name, None) is not None
        for said in _declarations(view_class, name)
    )


def _declarations(view_class: type, name: str) -> tuple[_Declaration, ...]:
    """Return what the nearest class says of a method that it has decorated."""
    return next(_said(vars(base)[name]) for base in view_class.__mro__ if _said(vars(base).get(name)))


def _said(value: Any) -> tuple[_Declaration, ...]:
    return getattr(value, _DECLARED, ()) if inspect.isfunction(value) else ()


def _names(name: str, where: str) -> list[str]:
    names = name.split()
    if not names or not all(map(_NAME.fullmatch, names)):
        raise ConfigurationError(
            f"{where} names the event {name!r}. Name one of the browser's, as 'click' is."
        )
    return list(dict.fromkeys(names))
