"""The hops, those of one subject in a file."""

from __future__ import annotations
