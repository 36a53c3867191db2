"""The view, its responses, and what its template is rendered with."""

from __future__ import annotations

from onair.live import RTContext, RTModelProxy, RTResponse, RTView

__all__ = ["RTContext", "RTModelProxy", "RTResponse", "RTView"]
