"""What tells one change from others, in every process of a site."""

from __future__ import annotations

import os
import secrets
from itertools import count
from typing import NamedTuple


class ChangeId(NamedTuple):
    """The number of a change.

    A change is numbered when it has happened: who knows the number knows that those before have happened too.

    Args:
        process: which process has given it.
        number: how many this one had given before, and one.
    """

    process: str
    number: int


def new_id() -> ChangeId:
    """Return the id of something that has just changed. Any thread may ask."""
    return ChangeId(_process, next(_numbers))


_process, _numbers = secrets.token_hex(4), count(1)


def _begin() -> None:
    global _process, _numbers
    _process, _numbers = secrets.token_hex(4), count(1)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin)
