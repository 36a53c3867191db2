"""Which pages may open a socket, by the settings."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from onair.embedded.origins import origin_policy

HOST = "example.com"

#: Settings, an origin, and whether it may connect.
CASES: list[tuple[dict[str, Any], str, bool]] = [
    ({"ALLOWED_HOSTS": ["example.com"]}, "https://example.com", True),
    ({"ALLOWED_HOSTS": ["example.com"]}, "https://example.com:8000", True),
    ({"ALLOWED_HOSTS": ["example.com"]}, "https://evil.example", False),
    ({"ALLOWED_HOSTS": [".example.com"]}, "https://www.example.com", True),
    ({"CSRF_TRUSTED_ORIGINS": ["https://*.other.example"]}, "https://a.other.example", True),
    ({"CSRF_TRUSTED_ORIGINS": ["https://*.other.example"]}, "http://a.other.example", False),
    ({"DEBUG": True}, "http://localhost:8000", True),
    ({"DEBUG": True}, "http://app.localhost:8000", True),
    ({"DEBUG": True}, "http://127.0.0.1:8000", True),
    ({"DEBUG": True}, "http://[::1]:8000", True),
    ({"DEBUG": True}, "https://evil.example", False),
    ({"DEBUG": True, "ALLOWED_HOSTS": ["example.com"]}, "http://localhost:8000", False),
    ({"ONAIR": {"ALLOWED_ORIGINS": ["https://app.example"]}}, "https://app.example", True),
    (
        {"ONAIR": {"ALLOWED_ORIGINS": ["https://app.example"]}, "ALLOWED_HOSTS": ["*"]},
        "https://b.example",
        False,
    ),
]


@pytest.mark.parametrize(("given", "origin", "allowed"), CASES)
def test_a_page_may_connect(given: dict[str, Any], origin: str, allowed: bool, settings: Settings) -> None:
    for name, value in ({"ALLOWED_HOSTS": [], "CSRF_TRUSTED_ORIGINS": [], "DEBUG": False} | given).items():
        setattr(settings, name, value)
    assert origin_policy().allows(origin, HOST) is allowed
