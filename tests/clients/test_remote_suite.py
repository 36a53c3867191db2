"""The tests against a real server that the official library for Node.js brings in its package, unchanged."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.clients.conftest import APP, KEY
from tests.clients.node import MODULES, node
from tests.server.clients import Site

#: Seconds that one of them may take.
TIMEOUT = 60


# "proxy" starts a proxy of its own, at a port of its own: 8321.
@pytest.mark.parametrize("suite", ["get", "trigger", "proxy"])
def test_the_librarys_own_tests_pass(site: Site, suite: str) -> None:
    url = f"http://{KEY.key}:{KEY.secret}@{site.host}:{site.port}/apps/{APP.id}"
    tests = MODULES / "pusher" / "tests" / "remote" / "pusher" / f"{suite}.js"
    done = subprocess.run(
        [node(), str(MODULES / "mocha" / "bin" / "mocha"), "--exit", str(tests)],
        cwd=MODULES / "pusher",
        env={**os.environ, "PUSHER_URL": url},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "passing" in done.stdout
