"""What a person can give wrong, in one line that says where and what to do.

WrongInput          all of it, as the command prints it
WrongValue          a value, by the reader that cannot read it; it does not know where the value came from
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class WrongInput(Exception):
    """The command cannot run so. The message names the option, and never holds a secret."""


class WrongValue(Exception):
    """A value that its reader refuses.

    Args:
        problem: What is wrong, and the remedy.
        path: Where in the value, from the outside.
    """

    def __init__(self, problem: str, path: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.path = path

    def under(self, step: str) -> WrongValue:
        """The same, of a value that holds this one."""
        return WrongValue(self.problem, step + self.path)


def not_known(name: str, names: Iterable[str]) -> str:
    """What to say of a name that is none of ``names``: the nearest of them, or all."""
    known = sorted(names)
    near = get_close_matches(name, known, n=1)
    return f"is not known: did you mean {near[0]}?" if near else f"is not known: there are {', '.join(known)}"
