"""The pattern of a rule: the name of a channel, in which ``{x}`` stands for one or more characters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from onair.exceptions import OnAirError
from onair.protocol.errors import BadChannel
from onair.protocol.names import LIVE_PREFIX, check_channel, kind_of

_PLACEHOLDER = re.compile(r"\{(?P<name>[^{}]*)\}")


class BadRule(OnAirError, ValueError):
    """A rule cannot be what its author means; the message says how to write it."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A channel name with placeholders, which matches whole names.

    A placeholder takes as few characters as the rest of the pattern allows, so that ``private-{a}-{b}`` finds
    ``a="1"`` and ``b="2-3"`` in ``private-1-2-3``. Literals and placeholders alternate: ``literals`` has one
    entry more than ``parameters``, and only its last may be empty.
    """

    text: str
    literals: tuple[str, ...]
    parameters: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """Read a pattern.

        Raises:
            BadRule: it does not start with ``private-`` or ``presence-``, has a character that no channel's
                name has, or has placeholders that cannot be told apart.
        """
        parts = _PLACEHOLDER.split(text)
        pattern = cls(text, literals=tuple(parts[::2]), parameters=tuple(parts[1::2]))
        for problem in _problems(pattern):
            raise BadRule(f"The pattern {text!r} {problem}.")
        return pattern

    def match(self, name: str) -> dict[str, str] | None:
        """Return the placeholders' values in a channel's name; None where the name does not match.

        Takes time in proportion to the name's length, whatever the pattern: the name is a stranger's.
        """
        if not self.parameters:
            return {} if name == self.text else None
        if not name.startswith(self.literals[0]):
            return None
        values = _cut(name[len(self.literals[0]) :], self.literals[1:])
        return None if values is None else dict(zip(self.parameters, values, strict=True))


def _cut(rest: str, separators: Sequence[str]) -> list[str] | None:
    """Cut a text at separators, one after each value; the last separator ends the text.

    The first place of every separator will do: an earlier cut leaves more to those that follow.
    """
    *inner, end = separators
    values = []
    for separator in inner:
        at = rest.find(separator, 1)
        if at < 0:
            return None
        values.append(rest[:at])
        rest = rest[at + len(separator) :]
    if not rest.endswith(end) or len(rest) <= len(end):
        return None
    return [*values, rest[: len(rest) - len(end)]]


def _problems(pattern: Pattern) -> Iterator[str]:
    """Yield what is wrong with a pattern, as the end of a sentence."""
    if not kind_of(pattern.literals[0]).needs_auth:
        yield "must start with private- or presence-: every other channel is public, and has no rules"
    elif kind_of(pattern.literals[0]).internal:
        yield f"is about the channels of live regions: no rule decides those that begin with {LIVE_PREFIX}"
    if "" in pattern.literals[1:-1]:
        yield "has two placeholders side by side: put a character, like -, between them"
    if len(set(pattern.parameters)) < len(pattern.parameters):
        yield "names two placeholders alike: give each its own name"
    for parameter in pattern.parameters:
        if not parameter.isidentifier():
            yield f"has the placeholder {{{parameter}}}: write a name there, like {{room_id}}"
    try:
        check_channel("x".join(pattern.literals))
    except BadChannel:
        yield "could never be a channel's name: 1 to 200 letters, digits and _ - = @ , . ; are allowed"
