"""The import names of django-pusherable, served by django-onair."""

from __future__ import annotations

__version__ = "0.2.0"
