"""What a process calls itself in the lines that it hands over, so that it can leave out its own."""

from __future__ import annotations

import os
import secrets

_origin = secrets.token_hex(8)


def origin() -> str:
    """Return the random id of this process; the child of a fork has one of its own."""
    return _origin


def _begin_anew() -> None:
    global _origin
    _origin = secrets.token_hex(8)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
