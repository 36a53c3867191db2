"""The checks of API views, while another thread imports the URLconf: ``runserver`` does both at once."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys, threading
from importlib.abc import MetaPathFinder

import django
from django.conf import settings

settings.configure(INSTALLED_APPS=["onair"], SECRET_KEY="x")
django.setup()
from onair.rest import checks

halfway, go_on = threading.Event(), threading.Event()


class Pause(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "onair.rest.authentication":
            halfway.set()
            go_on.wait(30)


sys.meta_path.insert(0, Pause())
threading.Thread(target=__import__, args=["onair.rest.views"]).start()
assert halfway.wait(30)
threading.Timer(0.3, go_on.set).start()
print(checks.check_channels())
"""


def test_the_checks_wait_for_views_that_another_thread_imports() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.stdout, ended.stderr) == ("[]\n", "")
