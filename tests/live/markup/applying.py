"""What the browser does with operations, on the text of a region: the pairs of comments and the anchors are
found in it as they are found in the DOM."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any

_PARTS = re.compile(r"<!--(/?)o:([^>]*?)-->|([^<]+|<)")


@dataclass
class Run:
    """The content of a pair of comments: texts, and (label, run) of the pairs inside."""

    parts: list[str | tuple[str, Run]] = field(default_factory=list)

    @classmethod
    def read(cls, text: str) -> Run:
        open_ = [cls()]
        labels: list[str] = []
        for slash, label, plain in _PARTS.findall(text):
            if plain:
                open_[-1].add(plain)
            elif slash:
                assert labels.pop() == label
                open_.pop()
            else:
                inner = cls()
                open_[-1].parts.append((label, inner))
                open_.append(inner)
                labels.append(label)
        assert not labels
        return open_[0]

    def add(self, text: str) -> None:
        if self.parts and isinstance(self.parts[-1], str):
            self.parts[-1] += text
        else:
            self.parts.append(text)

    def place(self, label: str) -> int:
        return next(at for at, part in enumerate(self.parts) if isinstance(part, tuple) and part[0] == label)

    def find(self, path: list[int | str]) -> Run:
        run = self
        for label in path:
            part = run.parts[run.place(str(label))]
            assert isinstance(part, tuple)
            run = part[1]
        return run

    def text(self) -> str:
        return "".join(
            part if isinstance(part, str) else f"<!--o:{part[0]}-->{part[1].text()}<!--/o:{part[0]}-->"
            for part in self.parts
        )

    def replace(self, pattern: str, text: str) -> None:
        """Replace the one group of the pattern, which stands in one of the texts or across some of them."""
        marks = [part for part in self.parts if isinstance(part, tuple)]
        whole = "".join(part if isinstance(part, str) else "\0" for part in self.parts)
        found = re.search(pattern, whole, re.DOTALL)
        assert found, (pattern, whole)
        whole = whole[: found.start(1)] + text + whole[found.end(1) :]
        self.parts = []
        for at, piece in enumerate(whole.split("\0")):
            if at:
                self.parts.append(marks[at - 1])
            if piece:
                self.add(piece)


def apply(page: str, operations: list[Any]) -> str:
    """The text of a region after operations."""
    root = Run.read(page)
    for operation in operations:
        _STEPS[operation[0]](root, *operation[1:])
    return root.text()


def _set_html(root: Run, path: list[int | str], text: str) -> None:
    root.find(path).parts = Run.read(text).parts


def _tag(number: int | str) -> str:
    return rf'<(?:[^<>\s]+) data-o="(?:\d+ )*{number}(?: \d+)*"'


def _set_attribute(root: Run, path: list[int | str], name: str, value: str) -> None:
    root.find(path[:-1]).replace(rf'{_tag(path[-1])}[^<>]*? {name}="([^"]*)"', html.escape(value))


def _set_text(root: Run, path: list[int | str], value: str) -> None:
    root.find(path[:-1]).replace(rf"{_tag(path[-1])}[^<>]*>([^<]*)", html.escape(value))


def _insert(root: Run, path: list[int | str], key: str, before: str | None, text: str) -> None:
    _put(root.find(path), (key, Run.read(text)), before)


def _delete(root: Run, path: list[int | str], key: str) -> None:
    run = root.find(path)
    del run.parts[run.place(key)]


def _move(root: Run, path: list[int | str], key: str, before: str | None) -> None:
    run = root.find(path)
    part = run.parts.pop(run.place(key))
    assert isinstance(part, tuple)
    _put(run, part, before)


def _put(run: Run, part: tuple[str, Run], before: str | None) -> None:
    run.parts.insert(len(run.parts) if before is None else run.place(before), part)


_STEPS = {
    "h": _set_html,
    "a": _set_attribute,
    "t": _set_text,
    "i": _insert,
    "d": _delete,
    "m": _move,
}
