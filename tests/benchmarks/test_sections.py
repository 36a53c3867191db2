from __future__ import annotations

from pathlib import Path

from benchmarks.sections import put_section


def test_a_section_takes_the_place_of_the_former_one(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    put_section(path, "# First\n\nold")
    put_section(path, "# Second\n\n## Of the second\n\nkept")
    put_section(path, "# First\n\nnew\n")
    assert path.read_text() == "# First\n\nnew\n\n# Second\n\n## Of the second\n\nkept\n"
