"""How many bytes a browser loads, beside what others publish."""

from __future__ import annotations

import gzip

from benchmarks.process import ROOT

CLIENT = ROOT / "src/onair/static/onair/onair.js"

#: Gzipped, in kB, of their minified builds; ``docs/topics`` of none of them names another.
PUBLISHED = {"Phoenix LiveView": 47.0, "Turbo": 29.0, "pusher-js": 17.8, "htmx": 16.8}


def client() -> int:
    """Return the bytes of the client, gzipped as servers do."""
    return len(gzip.compress(CLIENT.read_bytes(), 9))
