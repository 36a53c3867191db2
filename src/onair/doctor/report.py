"""What was found, for people and for machines."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import asdict

from onair.doctor.outcome import Mark, Result

_WIDTH = 110
_NAME = 14
_INDENT = " " * (5 + _NAME + 9)


def line_of(result: Result) -> str:
    """Return the lines of one hop: mark, name, seconds, what was found; then what to do."""
    seconds = "" if result.mark is Mark.SKIPPED else f"{result.seconds:.3f} s"
    lines = [f"{result.mark.value:<5}{result.hop:<{_NAME}}{seconds:>7}  {_wrapped(result.says)}"]
    if result.remedy:
        lines.append(f"{_INDENT}-> {_wrapped(result.remedy, 3)}")
    lines += [f"{_INDENT}note: {_wrapped(hint, 6)}" for hint in result.hints]
    return "\n".join(lines)


def summary_of(results: Sequence[Result]) -> str:
    """Return the last line."""
    failed = [result.hop for result in results if result.mark is Mark.FAILED]
    if not failed:
        return "Events arrive."
    return f"Not well: {', '.join(failed)}."


def as_json(results: Sequence[Result]) -> str:
    """Return all of it as JSON."""
    hops = [asdict(result) | {"mark": result.mark.value} for result in results]
    is_well = all(result.mark is not Mark.FAILED for result in results)
    return json.dumps({"well": is_well, "hops": hops}, indent=2, ensure_ascii=False)


def _wrapped(text: str, more: int = 0) -> str:
    """Return a text in lines of a width, those behind the first indented; its own lines stay."""
    indent = _INDENT + " " * more
    lines: list[str] = []
    for line in text.split("\n"):
        if line.startswith(" "):  # what is to be copied
            lines.append(indent + line)
        else:
            lines += textwrap.wrap(
                line,
                _WIDTH,
                initial_indent=indent,
                subsequent_indent=indent,
                break_long_words=False,
                break_on_hyphens=False,
            ) or [""]
    return "\n".join(lines).strip()
