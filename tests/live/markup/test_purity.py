"""The reader of marks needs nothing but Python."""

from __future__ import annotations

import subprocess
import sys


def test_markup_runs_where_django_cannot_be_imported() -> None:
    script = "import sys; sys.modules['django'] = None; import onair.live.markup"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
