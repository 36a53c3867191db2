"""Asking a live server of Django."""

from __future__ import annotations

from typing import Any

import urllib3


def request(method: str, url: str, **options: Any) -> urllib3.BaseHTTPResponse:
    """Ask over a connection of its own: a pool may keep one that the live server is about to close."""
    with urllib3.PoolManager(retries=False) as pool:
        return pool.request(method, url, **options)
