"""How many bytes a browser loads, beside what others have them load."""

from __future__ import annotations

import gzip

from benchmarks.process import ROOT

CLIENT = ROOT / "src/onair/static/onair/onair.js"

#: Gzipped, in kB, of the builds of others: measured once, and not in this run.
OTHERS = {"Phoenix LiveView": 46.9, "Turbo": 29.4, "pusher-js": 17.8, "htmx": 16.8}


def client() -> int:
    """Return the bytes of the client, gzipped as servers do."""
    return len(gzip.compress(CLIENT.read_bytes(), 9))
