"""What makes one tree of blocks into another: operations for the browser, as small as they are worth."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any, Final, TypeAlias

from onair.live.markup.block import Block, Bound, Label
from onair.live.markup.marks import Kind

#: ["h", path, html], ["a", path, name, value], ["t", path, text], ["i", path, key, before, html],
#: ["d", path, key], ["m", path, key, before].
Op: TypeAlias = list[Any]
Path: TypeAlias = tuple[Label, ...]

#: What an operation costs beside its texts.
_OVERHEAD: Final = 12


def diff(old: Block, new: Block) -> list[Op] | None:
    """What to do with ``old`` to have ``new``, in this order; None where they are the same.

    The regions inside are not looked into: they have operations of their own.
    """
    return _block(old, new, ()) or None


def _block(old: Block, new: Block, path: Path) -> list[Op]:
    if old is new:
        return []
    keyed = old.kind is Kind.LIST
    if keyed is not (new.kind is Kind.LIST):
        return [["h", list(path), new.html]]
    if keyed and not any(old.statics + new.statics):
        ops = _list(old, new, path)
    elif old.statics == new.statics and _same_children(old, new):
        ops = _children(old, new, path)
    else:
        return [["h", list(path), new.html]]
    if len(ops) > 1 and sum(map(_size, ops)) * 2 > len(html := new.html):
        return [["h", list(path), html]]
    return ops


def _same_children(old: Block, new: Block) -> bool:
    """Whether children of the same kind stand in the same places."""
    if len(old.children) != len(new.children):
        return False
    for before, after in zip(old.children, new.children, strict=True):
        if isinstance(before, Bound) or isinstance(after, Bound):
            if not (isinstance(before, Bound) and isinstance(after, Bound) and before.name == after.name):
                return False
        elif Kind.REGION in (before.kind, after.kind) and (before.kind, before.key) != (
            after.kind,
            after.key,
        ):
            return False
    return True


def _children(old: Block, new: Block, path: Path) -> list[Op]:
    ops: list[Op] = []
    for at, (before, after) in enumerate(zip(old.children, new.children, strict=True)):
        if isinstance(after, Bound):
            if isinstance(before, Bound) and before.raw != after.raw:
                named = ["t", [*path, at]] if after.name is None else ["a", [*path, at], after.name]
                ops.append([*named, after.value])
        elif isinstance(before, Block) and after.kind is not Kind.REGION:
            ops += _block(before, after, (*path, at))
    return ops


def _list(old: Block, new: Block, path: Path) -> list[Op]:
    before = {child.key: child for child in old.children if isinstance(child, Block)}
    after = {child.key: child for child in new.children if isinstance(child, Block)}
    where = list(path)
    ops: list[Op] = [["d", where, key] for key in before if key not in after]
    staying = _staying([key for key in before if key in after], [key for key in after if key in before])
    following: str | None = None
    for key in reversed(after):
        if key not in before:
            ops.append(["i", where, key, following, after[key].html])
        elif key not in staying:
            ops.append(["m", where, key, following])
        following = key
    for key, item in after.items():
        if key in before:
            ops += _block(before[key], item, (*path, key))
    return ops


def _staying(before: list[str], after: list[str]) -> set[str]:
    """The most of the keys that need not move: a longest common run of the two orders."""
    if before == after:
        return set(after)
    place = {key: at for at, key in enumerate(before)}
    ends: list[int] = []
    last: list[str] = []
    previous: dict[str, str | None] = {}
    for key in after:
        at = bisect_left(ends, place[key])
        previous[key] = last[at - 1] if at else None
        ends[at : at + 1] = [place[key]]
        last[at : at + 1] = [key]
    staying: set[str] = set()
    key_ = last[-1] if last else None
    while key_ is not None:
        staying.add(key_)
        key_ = previous[key_]
    return staying


def _size(op: Op) -> int:
    """About how many characters an operation takes."""
    return _OVERHEAD + 4 * len(op[1]) + sum(len(part) for part in op[2:] if part is not None)
