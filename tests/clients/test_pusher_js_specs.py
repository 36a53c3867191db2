"""The integration specs that pusher-js brings in its package, unchanged, over each of its transports."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.clients.conftest import APP, KEY
from tests.clients.node import DRIVERS, node
from tests.server.clients import Site

#: Seconds that all of one transport's may take.
TIMEOUT = 90


@pytest.mark.once
@pytest.mark.parametrize("transport", ["ws", "xhr_streaming", "xhr_polling"])
def test_the_librarys_own_specs_pass(site: Site, transport: str) -> None:
    where = {"transport": transport, "host": site.host, "port": site.port}
    app = {"appId": APP.id, "key": KEY.key, "secret": KEY.secret}
    done = subprocess.run(
        [node(), str(DRIVERS / "pusher-js-specs.cjs"), json.dumps(where | app)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "31 specs, 0 failures" in done.stdout
