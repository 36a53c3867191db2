"""Real processes of a site: whichever holds the sockets reads the outbox, or the command that follows it."""

from __future__ import annotations

import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.embedded.running import Process, free_port, started

PROJECT = Path(__file__).with_name("project")

ELSEWHERE = {"ONAIR_URL": "http://key:secret@127.0.0.1:1/apps/1"}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = shutil.copytree(
        PROJECT, tmp_path / "project", ignore=shutil.ignore_patterns("__pycache__", "db.sqlite3")
    )
    manage(folder, "migrate")
    return folder


def manage(folder: Path, *arguments: str) -> str:
    with started(folder, "manage.py", *arguments) as process:
        assert process.exit_code() == 0, process.written
        return process.written


def write(folder: Path, text: str) -> None:
    """Write as another program does."""
    with closing(sqlite3.connect(folder / "db.sqlite3", timeout=20)) as connection, connection:
        connection.execute("INSERT INTO notes_note (text) VALUES (?)", [text])


def write_until_told(folder: Path, process: Process) -> None:
    """The first write that is told says that the reader follows; from there on each must be told."""
    for number in range(2_000):
        write(folder, f"early {number}")
        if "told: created early" in process.written or process.ends_within(0.02):
            break
    process.wait_for(r"(told: created early)")
    write(folder, "late")
    process.wait_for(r"(told: created late)")


def test_migrations_leave_the_triggers_as_they_should_be(site: Path) -> None:
    assert "have their triggers" in manage(site, "onair", "triggers", "check")
    assert "No changes" in manage(site, "makemigrations", "--check")
    manage(site, "migrate", "notes", "zero")
    manage(site, "migrate", "onair_outbox", "zero")
    manage(site, "migrate")
    assert "have their triggers" in manage(site, "onair", "triggers", "check")


def test_runserver_reads_and_ends(site: Path) -> None:
    with started(site, "manage.py", "runserver", str(free_port()), "--noreload", "--skip-checks") as process:
        write_until_told(site, process)
        process.interrupt()
        assert process.exit_code() == 0


def test_the_server_beside_a_site_reads_and_ends(site: Path) -> None:
    with started(site, "manage.py", "onair", "serve", "--bind", "127.0.0.1:0") as process:
        write_until_told(site, process)
        process.signal(signal.SIGTERM)
        assert process.exit_code() == 0


def test_where_the_server_is_elsewhere_a_command_follows_and_ends(site: Path) -> None:
    with started(site, "manage.py", "onair", "triggers", "follow", **ELSEWHERE) as process:
        write_until_told(site, process)
        process.signal(signal.SIGTERM)
        assert process.exit_code() == 0


def test_a_process_that_writes_tells_nothing_itself(site: Path) -> None:
    """Or it would be told twice."""
    written = manage(site, "shell", "-c", "from notes.models import Note; Note.objects.create(text='x')")
    assert "told" not in written
