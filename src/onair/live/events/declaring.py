"""``@event``: which of a view's methods handle what happens in the browser, and what they are told.

What a class declares is collected once, when the class is made. The browser names a handler by its place in
that table, which is the same in every process, and reaches nothing else of the class.
"""

from __future__ import annotations

import hashlib
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from onair.exceptions import ConfigurationError
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
class Gathered:
    """What one keyword is told of: a selector, a tuple of one that selects many, or some by key."""

    selectors: str | tuple[str] | Mapping[str, str]

    @property
    def is_many(self) -> bool:
        """Whether the keyword gets a list of all elements."""
        return isinstance(self.selectors, tuple)

    def fields(self, keyword: str) -> dict[str, str]:
        """Return the fields of a keyword that gets a dictionary: key to the name of the posted field."""
        assert isinstance(self.selectors, Mapping)
        return {key: f"{keyword}.{key}" for key in self.selectors}


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
        gather = MappingProxyType(dict(_gathered(function, form, where)))
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


def _gathered(
    function: Callable[..., Any], form: type[Any] | None, where: str
) -> Iterator[tuple[str, Gathered]]:
    parameters = list(inspect.signature(function).parameters.values())
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    if len([parameter for parameter in parameters if parameter.kind in positional]) < 2:
        raise ConfigurationError(f"{where} takes too little: it is called with the view and the request.")
    named = [parameter for parameter in parameters[2:] if parameter.kind not in _VARIABLE]
    if form is not None:
        _check_form(form, named, where)
    for parameter in named:
        if form is not None and parameter.name == "form":
            continue
        selectors = _selectors(parameter.default, where)
        if selectors is not None:
            yield parameter.name, Gathered(selectors)
        elif parameter.default is inspect.Parameter.empty:
            raise ConfigurationError(
                f"{where} does not say where {parameter.name!r} comes from. Give it a selector: "
                f"{parameter.name}='#{parameter.name}'."
            )


_VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _selectors(default: Any, where: str) -> str | tuple[str] | Mapping[str, str] | None:
    """Return the selectors that a default value is; None is a default like any other."""
    match default:
        case str() if default.strip():
            return as_css(default, where=where)
        case [str(selector)]:
            return (as_css(selector, where=where),)
        case dict() if default and all(isinstance(part, str) for pair in default.items() for part in pair):
            return MappingProxyType({key: as_css(value, where=where) for key, value in default.items()})
        case list() | tuple() | dict():
            raise ConfigurationError(
                f"{where} gathers {default!r}. A list has one selector, for all elements that it selects; a "
                "dictionary has names and selectors."
            )
    return None


def _check_form(form: type[Any], named: list[inspect.Parameter], where: str) -> None:
    if "form" not in {parameter.name for parameter in named}:
        raise ConfigurationError(f"{where} has a form and does not take it. Add the argument 'form'.")
    fields = set(getattr(form, "base_fields", ()))
    for parameter in named:
        if parameter.name in fields:
            raise ConfigurationError(
                f"{where} gathers {parameter.name!r}, which is a field of its form. Take it from "
                f"form.cleaned_data[{parameter.name!r}]."
            )
