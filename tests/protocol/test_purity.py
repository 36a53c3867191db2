from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import importlib, pkgutil, sys
# An entry of None makes the import of that module fail.
for name in "django asyncio random secrets select selectors socket ssl".split():
    sys.modules[name] = None
for package in map(importlib.import_module, ("onair.protocol", "onair.hub")):
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
        print(module.name)
"""


def test_protocol_and_hub_run_where_there_is_no_django_no_network_and_no_randomness() -> None:
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
    )
    assert result.returncode == 0, result.stderr
    assert {"onair.protocol.connection", "onair.hub.hub"} <= set(result.stdout.split())
