"""The keywords of a handler: which elements of the page each of them is told of."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.forms import BaseForm

from onair.exceptions import ConfigurationError
from onair.live.events.selectors import as_css

_VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


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


def keywords_of(function: Callable[..., Any], form: Any, where: str) -> Iterator[tuple[str, Gathered]]:
    """Yield the keywords of a handler, with what each of them is told.

    Args:
        form: the form that it is declared with.
        where: the handler, for the error's message.

    Raises:
        ConfigurationError: it cannot be called as declared, or a selector is none.
    """
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


def _check_form(form: Any, named: list[inspect.Parameter], where: str) -> None:
    if not inspect.isclass(form) or not issubclass(form, BaseForm):
        raise ConfigurationError(f"{where} has {form!r} as its form. Give the class of one form.")
    if "form" not in {parameter.name for parameter in named}:
        raise ConfigurationError(f"{where} has a form and does not take it. Add the argument 'form'.")
    fields: set[str] = set(getattr(form, "base_fields", ()))
    for parameter in named:
        if parameter.name in fields:
            raise ConfigurationError(
                f"{where} gathers {parameter.name!r}, which is a field of its form. Take it from "
                f"form.cleaned_data[{parameter.name!r}]."
            )
