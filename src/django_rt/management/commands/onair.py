"""``manage.py onair`` where INSTALLED_APPS has ``"django_rt"`` alone."""

from __future__ import annotations

from onair.management.commands.onair import Command

__all__ = ["Command"]
