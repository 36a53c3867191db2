"""For a site's own tests: what was published, who may join, live pages, and a server that is live."""

from __future__ import annotations

from onair.publishing.capture import captured
from onair.testing.assertions import (
    OnAirAssertions,
    assertLive,
    assertMayJoin,
    assertMayNotJoin,
    assertNotPublished,
    assertPublished,
)
from onair.testing.live import LiveServerTestCase, StaticLiveServerTestCase

__all__ = [
    "LiveServerTestCase",
    "OnAirAssertions",
    "StaticLiveServerTestCase",
    "assertLive",
    "assertMayJoin",
    "assertMayNotJoin",
    "assertNotPublished",
    "assertPublished",
    "captured",
]
