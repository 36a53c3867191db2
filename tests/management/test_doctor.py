"""``manage.py onair doctor``: its options, what it writes, and its exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doctor.sites import Site, make
from tests.embedded.running import started

WRONG = {
    ("--url", "www.example.com"): "give it as https://www.example.com",
    ("--timeout", "soon"): "no number of seconds above 0",
    ("--timeout", "0"): "no number of seconds above 0",
    ("--workers", "two"): "invalid int value",
}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make(tmp_path / "site")


@pytest.mark.parametrize(("arguments", "text"), WRONG.items(), ids=[" ".join(each) for each in WRONG])
def test_a_wrong_option_is_an_error_with_the_remedy(
    arguments: tuple[str, ...], text: str, site: Site
) -> None:
    with started(site.folder, "manage.py", "onair", "doctor", *arguments) as process:
        assert process.exit_code() == 2
        assert text in process.written


def test_what_is_found_is_written_for_people(site: Site) -> None:
    with site.serves(), started(site.folder, "manage.py", "onair", "doctor") as process:
        assert process.exit_code() == 0
        lines = process.written.splitlines()

    assert lines[0].startswith("ok   settings")
    assert lines[-1] == "Events arrive."
    assert [line for line in lines if line.startswith("ok   publishing")]


def test_what_fails_is_named_at_the_end(site: Site) -> None:
    with started(site.folder, "manage.py", "onair", "doctor") as process:
        assert process.exit_code() == 1
        assert process.written.splitlines()[-1] == "CommandError: Not well: server."
        assert "Traceback" not in process.written
