from __future__ import annotations

import pytest

from onair.server.origins import OriginPolicy

SITE = ("example.com", ".example.org", "[::1]", "127.0.0.1")
FRIENDS = (
    "https://friend.net",
    "https://*.friend.org",
    "https://*.ports.org:8443",
    "capacitor://localhost",
    "https://*",
)

CASES = [
    (None, True),
    ("https://example.com", True),
    ("http://example.com", True),
    ("https://EXAMPLE.com", True),
    ("https://example.com.", True),
    ("https://example.com:8443", True),
    ("https://www.example.com", False),
    ("https://example.com.evil.net", False),
    ("https://notexample.com", False),
    ("https://example.org", True),
    ("https://a.b.example.org", True),
    ("https://evilexample.org", False),
    ("http://[::1]:8000", True),
    ("http://[::2]", False),
    ("http://127.0.0.1:5173", True),
    ("ftp://example.com", False),
    ("capacitor://example.com", False),
    ("capacitor://localhost", True),
    ("https://friend.net", True),
    ("http://friend.net", False),
    ("https://friend.net:444", False),
    ("https://www.friend.org", True),
    ("https://friend.org", True),
    ("https://www.friend.org:444", False),
    ("http://www.friend.org", False),
    ("https://www.ports.org:8443", True),
    ("https://www.ports.org", False),
    ("null", False),
    ("", False),
    ("https://", False),
    ("example.com", False),
    ("//example.com", False),
    ("https://example.com/path", False),
    ("https://example.com/", False),
    ("https://evil.net@example.com", False),
    ("https://example.com@evil.net", False),
    ("https://example.com:port", False),
    ("https://example.com:99999", False),
    ("https://[::1", False),
    ("https://example.com?x", False),
    ("https://example.com#x", False),
    ("https://exa\tmple.com", False),
]


@pytest.mark.parametrize(("origin", "allowed"), CASES)
def test_an_origin_is_held_against_hosts_and_trusted_origins(origin: str | None, allowed: bool) -> None:
    assert OriginPolicy(SITE, FRIENDS).allows(origin, "example.com") is allowed


@pytest.mark.parametrize("policy", [OriginPolicy(["*"], []), OriginPolicy([], ["*"])])
@pytest.mark.parametrize("origin", [None, "https://anywhere.net", "null", "file://"])
def test_a_star_allows_everything(policy: OriginPolicy, origin: str | None) -> None:
    assert policy.allows(origin, "example.com")


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        (None, "localhost:6001", True),
        ("http://localhost:6001", "localhost:6001", True),
        ("http://LOCALHOST:6001", "localhost:6001", True),
        ("http://localhost:8000", "localhost:6001", False),
        ("http://evil.net", "localhost:6001", False),
        ("null", "null", False),
    ],
)
def test_without_patterns_the_page_must_come_from_the_host_of_the_socket(
    origin: str | None, host: str, allowed: bool
) -> None:
    assert OriginPolicy().allows(origin, host) is allowed


@pytest.mark.parametrize("policy", [OriginPolicy(["example.com"]), OriginPolicy([], ["https://example.com"])])
def test_the_host_header_alone_opens_no_door(policy: OriginPolicy) -> None:
    """Else a name that was made to point at this machine (DNS rebinding) would be its own origin."""
    assert not policy.allows("http://evil.net", "evil.net")
