"""Which read sets a commit concerns. Pure."""

from __future__ import annotations

from onair.live.matching.affecting import affects
from onair.live.matching.index import Index

__all__ = ["Index", "affects"]
