"""What a block of code reads from the database while it runs."""

from __future__ import annotations
