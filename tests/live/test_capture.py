"""When the writes of a process are captured. In the process of the tests no other one is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core import checks

from onair.live import capture
from onair.live.checks import NO_SERVER_OF_OURS, check_own_server
from tests.embedded.running import ROOT

HOSTED = "pusher://key:secret@eu/7"


@pytest.mark.parametrize("has_pages", [False, True])
@pytest.mark.parametrize(("setting", "is_on"), [(None, None), (True, True), (False, False)])
def test_the_setting_decides_and_else_whether_there_are_live_pages(
    settings: Any, monkeypatch: pytest.MonkeyPatch, has_pages: bool, setting: bool | None, is_on: bool | None
) -> None:
    monkeypatch.setattr(capture, "_has_pages", has_pages)
    settings.ONAIR = {"LIVE": setting}
    assert capture.is_on() == (has_pages if is_on is None else is_on)


def test_settings_that_are_wrong_capture_nothing(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "_has_pages", True)
    settings.ONAIR = "wrong"
    assert not capture.is_on()


@pytest.mark.parametrize(
    ("onair", "has_pages", "is_said"),
    [
        ({"URL": HOSTED}, True, True),
        ({"URL": HOSTED, "LIVE": True}, False, True),
        ({"URL": HOSTED}, False, False),
        ({"URL": "http://key:secret@127.0.0.1:1/apps/1"}, True, False),
        ({}, True, False),
    ],
)
def test_hosted_pusher_is_said_to_make_no_page_anew(
    settings: Any, monkeypatch: pytest.MonkeyPatch, onair: dict[str, Any], has_pages: bool, is_said: bool
) -> None:
    settings.ONAIR = onair
    monkeypatch.setattr(capture, "has_pages", lambda: has_pages)
    assert [said.id for said in check_own_server()] == [NO_SERVER_OF_OURS] * is_said


def test_the_check_is_run() -> None:
    assert check_own_server in checks.registry.registry.registered_checks


SCRIPT = """
import os
import sys
from pathlib import Path
from django.conf import settings
settings.configure(
    BASE_DIR=Path(sys.argv[1]), SECRET_KEY="x", INSTALLED_APPS=["onair"], ROOT_URLCONF="onair.urls",
    DATABASES={{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}}},
)
import django
django.setup()
from onair import conf
from onair.engines import announcements
from onair.live import capture, elsewhere
{body}
"""

ANNOUNCED = """
from time import monotonic
claim = announcements.claim(conf.site_key())
answers = [capture.is_on()]
for live in (False, True):
    claim.announce("127.0.0.1", 8000, live=live)
    answers.append(capture.is_on())
    elsewhere._forget()
    answers.append(capture.is_on())
claim.withdraw()
elsewhere._forget()
answers.append(capture.is_on())
print(answers)
"""

SERVING = """
from onair.embedded.process import ProcessServer
server = ProcessServer()
server.open()
server.announce("127.0.0.1", 8000)
found = [announcements.find(conf.site_key()).live]
capture.begin()
found += [announcements.find(conf.site_key()).live, capture.is_on(), elsewhere.is_possible()]
server.close()
server = ProcessServer()
server.open()
server.announce("127.0.0.1", 8000)
found.append(announcements.find(conf.site_key()).live)
server.close()
print(found)
"""


def run(folder: Path, body: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT.format(body=body), str(folder)],
        env={"PYTHONPATH": str(ROOT / "src"), "TMPDIR": str(folder), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_a_process_without_live_pages_captures_while_a_server_with_some_is_announced(tmp_path: Path) -> None:
    """What it has found holds for a moment, which the script ends by itself."""
    assert run(tmp_path, ANNOUNCED) == str([False, False, False, False, True, False])


def test_a_server_announces_that_live_pages_have_come(tmp_path: Path) -> None:
    assert run(tmp_path, SERVING) == str([False, True, True, False, True])
