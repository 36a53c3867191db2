"""The fixtures of tests/rest serve here too."""

from __future__ import annotations

from tests.rest.conftest import hosted, registry, unthrottled

__all__ = ["hosted", "registry", "unthrottled"]
