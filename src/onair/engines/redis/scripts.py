"""The Lua of each op: what of it lies in files of its own, and how a script is made of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

#: The files of each script, in their order.
_PARTS = {
    "publish": ("common", "publish"),
    "follow": ("common", "reading", "members", "follow"),
    "unfollow": ("common", "members", "leaving", "unfollow"),
    "count": ("common", "reading", "count"),
    "join": ("common", "members", "join"),
    "leave": ("common", "members", "leave"),
    "since": ("common", "reading", "since"),
    "beat": ("common", "beat"),
    "reap": ("common", "members", "leaving", "reap"),
    "lease": ("common", "lease"),
    "nodes": ("common", "nodes"),
    "occupied": ("common", "occupied"),
    "states": ("common", "reading", "states"),
    "members_of": ("common", "members_of"),
    "epoch": ("common", "members", "leaving", "epoch"),
}


@dataclass(frozen=True, slots=True)
class Script:
    """A script, and the digest that Redis knows it by."""

    text: bytes
    digest: str


@cache
def scripts() -> dict[str, Script]:
    """All scripts by their names, read when they are first wanted."""
    folder = files("onair.engines.redis") / "lua"
    made = {}
    for name, parts in _PARTS.items():
        text = b"\n".join((folder / f"{part}.lua").read_bytes() for part in parts)
        made[name] = Script(text, hashlib.sha1(text, usedforsecurity=False).hexdigest())
    return made
