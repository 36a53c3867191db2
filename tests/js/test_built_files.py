"""The committed browser files: fresh, small, and nothing in them that a security policy forbids."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import onair

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "js"
BUILT = ROOT / "src" / "onair" / "static" / "onair"

# The budget of onair.js, with live regions, is 12 KiB; some pages load onair-page.js beside it.
# pusherable.js is loaded beside pusher-js, which has 18.
LIMITS = {"onair.js": 12_288, "onair-page.js": 3_700, "pusherable.js": 4_000}


@pytest.mark.parametrize(("name", "limit"), LIMITS.items())
def test_a_built_file_is_small(name: str, limit: int) -> None:
    assert len(gzip.compress((BUILT / name).read_bytes(), 9)) < limit


@pytest.mark.parametrize("name", LIMITS)
def test_a_built_file_needs_nothing_that_a_security_policy_forbids(name: str) -> None:
    forbidden = re.compile(r"\beval\(|new Function|outerHTML=|\.style\b|sourceMappingURL|import\(")

    assert forbidden.findall((BUILT / name).read_text()) == []


def test_html_is_read_in_one_place_which_has_a_policy_for_trusted_types() -> None:
    text = (BUILT / "onair.js").read_text()

    assert len(re.findall(r"innerHTML|insertAdjacentHTML|createContextualFragment", text)) == 1
    assert len(re.findall(r'createPolicy\("onair"', text)) == 1
    for other in LIMITS.keys() - {"onair.js"}:
        assert not re.search(r"innerHTML|createPolicy", (BUILT / other).read_text())


def test_the_built_files_are_what_the_sources_give() -> None:
    node = shutil.which("node")
    if not os.environ.get("CI") and not (node and (SOURCES / "node_modules").is_dir()):
        pytest.skip("needs Node.js and: npm --prefix js ci")
    assert node, "CI needs Node.js to see whether the committed files are fresh"

    check = [node, "build.mjs", "--check"]
    done = subprocess.run(check, cwd=SOURCES, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_the_client_tells_the_server_the_packages_version() -> None:
    assert f"client=onair-js&version={onair.__version__}" in (BUILT / "onair.js").read_text()
