"""Rules: the functions that say who may join which channel. They live in an app's ``onair_rules.py``."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, TypeVar

from asgiref.sync import async_to_sync

from onair.authorization.patterns import BadRule, Pattern

#: What a rule says: yes or no, or yes with the ``user_info`` that the members of a presence channel see.
Answer = bool | dict[str, Any] | None

RuleFunction = Callable[..., Answer | Awaitable[Answer]]

_Function = TypeVar("_Function", bound=RuleFunction)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern, and the function that decides for the channels whose names match it."""

    pattern: Pattern
    function: RuleFunction

    @property
    def home(self) -> str:
        """Where the function is, as ``module:name``."""
        return home_of(self.function)

    def __str__(self) -> str:
        return f'@onair.authorize("{self.pattern.text}") of {self.home}'


@dataclass(frozen=True, slots=True)
class Match:
    """A rule, and what its placeholders stand for in one channel's name."""

    rule: Rule
    parameters: dict[str, str]


class Rules:
    """The rules of a site."""

    def __init__(self) -> None:
        self._rules: dict[tuple[str, str], Rule] = {}

    def __iter__(self) -> Iterator[Rule]:
        return iter(tuple(self._rules.values()))

    def add(self, rule: Rule) -> None:
        """Add a rule. The same function with the same pattern, imported once more, takes its own place."""
        self._rules[rule.pattern.text, rule.home] = rule

    def matching(self, channel: str) -> list[Match]:
        """Return every rule that matches a channel's name. More than one is a mistake of the site."""
        found = ((rule, rule.pattern.match(channel)) for rule in self)
        return [Match(rule, parameters) for rule, parameters in found if parameters is not None]

    @contextmanager
    def set_aside(self) -> Iterator[None]:
        """Forget every rule for the length of a block, such as a test; those added in it go with it."""
        kept, self._rules = self._rules, {}
        try:
            yield
        finally:
            self._rules = kept


#: The rules that :func:`authorize` adds to, and that the endpoint asks.
rules = Rules()


def authorize(pattern: str) -> Callable[[_Function], _Function]:
    """Let the decorated function decide who may join the channels of a pattern.

    ``{x}`` in the pattern is one or more characters; the function gets them by name, as strings, after the
    request. It may be ``async``. It returns True, or False, or for a presence channel the ``user_info`` that
    the other members see, a dictionary of at most 1 KB::

        @onair.authorize("private-room-{room_id}")
        def room(request, room_id):
            return request.user.rooms.filter(pk=room_id).exists()

    Args:
        pattern: a channel's whole name, which starts with ``private-`` or ``presence-``.

    Raises:
        BadRule: the pattern cannot match, or the function does not take its placeholders.
    """
    parsed = Pattern.parse(pattern)

    def register(function: _Function) -> _Function:
        rule = Rule(parsed, function)
        _check_signature(rule)
        rules.add(rule)
        return function

    return register


def home_of(function: object) -> str:
    """Return where a function is, as ``module:name``."""
    name = getattr(function, "__qualname__", type(function).__qualname__)
    return f"{getattr(function, '__module__', '?')}:{name}"


def wait_for(answer: _T | Awaitable[_T]) -> _T:
    """Return what a function of the site has answered, after waiting for it where it is ``async``."""
    return async_to_sync(_result)(answer) if isawaitable(answer) else answer


async def _result(answer: Awaitable[_T]) -> _T:
    return await answer


def _check_signature(rule: Rule) -> None:
    parameters = rule.pattern.parameters
    try:
        inspect.signature(rule.function).bind(object(), **dict.fromkeys(parameters, ""))
    except (TypeError, ValueError) as error:
        raise BadRule(
            f"{rule} cannot be called ({error}). Its pattern wants a function of "
            f"({', '.join(('request', *parameters))})."
        ) from None
