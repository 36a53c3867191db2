"""A file of results that several commands write, each its own section."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

_TITLE = re.compile(r"^# .+$", re.MULTILINE)


def put_section(path: Path, text: str) -> None:
    """Put a section into a file, in the place of the one with the same title, else at the end.

    Args:
        path: The file, which need not be there.
        text: The section; its first line is its title, ``# …``.
    """
    old = path.read_text() if path.exists() else ""
    sections = {section.partition("\n")[0]: section for section in _sections(old)}
    sections[text.partition("\n")[0]] = text
    path.write_text("\n\n".join(section.strip() for section in sections.values()) + "\n")


def _sections(text: str) -> list[str]:
    starts = [*(found.start() for found in _TITLE.finditer(text)), len(text)]
    return [text[start:end] for start, end in pairwise(starts)]
