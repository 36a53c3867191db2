"""The reference of the protocol and these tests: every row has a test, and every test a row."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.docs.markdown import first_cells

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "reference" / "protocol.md"

IDS = [cell for cell in first_cells(PAGE.read_text()) if cell.startswith("P-")]

TESTS = [
    node.name
    for path in sorted(HERE.glob("test_*.py"))
    if path != Path(__file__)
    for node in ast.walk(ast.parse(path.read_text()))
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
]


def row_of(test: str) -> str | None:
    """The id that a test's name begins with, the longest one."""
    name = test.removeprefix("test_").upper().replace("_", "-")
    return max((row for row in IDS if name.startswith(f"{row}-")), key=len, default=None)


def test_every_id_is_of_one_row() -> None:
    assert len(IDS) == len(set(IDS))


def test_every_row_has_a_test() -> None:
    assert set(IDS) - {row_of(test) for test in TESTS} == set()


def test_every_test_is_of_a_row() -> None:
    assert [test for test in TESTS if row_of(test) is None] == []


def test_every_rule_that_the_source_cites_is_a_row() -> None:
    source = HERE.parents[1] / "src" / "onair"
    cited = {
        rule for path in source.rglob("*.py") for rule in re.findall(r"\bP-[A-Z]+[A-Z-]*\b", path.read_text())
    }

    assert cited <= set(IDS)
