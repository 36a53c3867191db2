"""What else a site may have set up, in real processes: triggers, and live pages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.doctor.sites import Site, settings
from tests.embedded.running import started
from tests.standalone.running import FIRST
from tests.standalone.running import serving as standing_alone

NOTES = Path(__file__).parents[1] / "outbox" / "project"


@pytest.fixture
def notes(tmp_path: Path) -> Site:
    """A site whose notes have triggers."""
    folder = tmp_path / "notes"
    shutil.copytree(NOTES, folder, ignore=shutil.ignore_patterns("__pycache__"))
    site = Site(folder)
    run(site, "migrate", "--verbosity", "0")
    return site


def run(site: Site, *command: str) -> None:
    with started(site.folder, "manage.py", *command) as process:
        assert process.exit_code() == 0, process.written


def test_triggers_are_compared_with_the_models(notes: Site) -> None:
    findings = notes.doctor()
    assert "have their triggers" in findings.says("triggers")
    assert "triggers" in findings.passed

    run(notes, "onair", "triggers", "remove")

    findings = notes.doctor()
    assert "triggers" in findings.failed
    assert "onair triggers install --database default" in findings.says("triggers")


def test_live_pages_are_heard_of_in_the_servers_process(site: Site) -> None:
    live = settings(ROOT_URLCONF="live_urls")
    with site.serves(**live):
        findings = site.doctor(**live)

    assert findings.failed == []
    assert "live pages" in findings.passed


def test_live_pages_need_a_server_that_is_a_process_of_the_site(site: Site, tmp_path: Path) -> None:
    live = settings(ROOT_URLCONF="live_urls")
    with standing_alone(tmp_path) as alone:
        url = f"http://{FIRST.key}:{FIRST.secret}@{alone.host}/apps/{FIRST.id}"
        findings = site.doctor(ONAIR_URL=url, **live)

    assert findings.failed == ["live pages"]
    assert "a process of the site" in findings.says("live pages")
    assert 'ONAIR["LIVE"]' in findings.says("live pages")
