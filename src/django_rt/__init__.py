"""The import names of django_rt, served by django-onair."""

from __future__ import annotations

__version__ = "0.1.0"
