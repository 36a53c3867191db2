"""Live pages: regions that follow the database."""

from __future__ import annotations
