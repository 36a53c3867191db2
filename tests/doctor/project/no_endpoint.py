"""A URLconf that lacks the endpoints."""

from __future__ import annotations

urlpatterns: list[object] = []
