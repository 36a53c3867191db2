"""Which read sets a commit concerns. Pure."""

from __future__ import annotations
