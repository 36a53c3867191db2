"""Every setup that goes wrong: the doctor names the hop, and what to change."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

import pytest

from tests.certificates import Authority
from tests.doctor.proxies import answering, pass_on, proxy, saying, without_upgrade
from tests.doctor.sites import Findings, Site, settings
from tests.embedded.running import free_port, started


def assert_names(findings: Findings, hop: str, *words: str) -> None:
    assert findings.failed[:1] == [hop], [findings.says(each) for each in findings.failed]
    assert findings.exit_code == 1
    assert not findings.well
    said = findings.says(hop)
    assert not [word for word in words if word not in said], said
    assert findings.hops[hop]["remedy"]


def test_nobody_serves(site: Site) -> None:
    findings = site.doctor()

    assert_names(findings, "server", "nobody serves sockets", "onair serve", "TMPDIR", "ONAIR_URL")
    assert "publishing" in findings.skipped


def test_the_server_is_that_of_a_site_with_another_secret(site: Site) -> None:
    with site.serves() as address:
        findings = site.doctor(**settings(SECRET_KEY="another one", ONAIR={"PUBLIC_URL": f"ws://{address}"}))

    assert_names(findings, "server", "SECRET_KEY")
    assert "welcome" in findings.failed
    assert "4001" in findings.says("welcome")
    assert "the same SECRET_KEY" in findings.says("welcome")


def test_the_settings_cannot_be_read(site: Site) -> None:
    findings = site.doctor(ONAIR_URL="http://key@127.0.0.1:6001/apps/1")

    assert_names(findings, "settings", "ONAIR_URL", "key and secret")
    assert findings.passed == set()


def test_an_option_is_unknown(site: Site) -> None:
    assert_names(site.doctor(**settings(ONAIR={"PUBIC_URL": "ws://x"})), "checks", "PUBIC_URL", "PUBLIC_URL")


REMOTE = "http://key:secret@{address}/apps/7"

WRONG_URLS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "another secret": (
        "http://key:other@{address}/apps/7",
        ("refuses the signature", "Invalid signature", 'secret in ONAIR["URL"]'),
    ),
    "another key": (
        "http://other:secret@{address}/apps/7",
        ("refuses the signature", "Invalid auth_key", 'key in ONAIR["URL"]'),
    ),
    "another app": ("http://key:secret@{address}/apps/8", ("/apps/8/", "app id", 'ONAIR["URL"]')),
    "another port": (
        "http://key:secret@127.0.0.1:{free}/apps/7",
        ("Nothing listens at 127.0.0.1:{free}", "refused", 'port in ONAIR["URL"]'),
    ),
    "an unknown name": (
        "http://key:secret@nowhere.invalid:{free}/apps/7",
        ("name nowhere.invalid is not known", 'host in ONAIR["URL"]'),
    ),
    "TLS where there is none": (
        "https://key:secret@{address}/apps/7",
        ("speaks no TLS", "http://", 'ONAIR["URL"]'),
    ),
}


@pytest.mark.parametrize("wrong", WRONG_URLS)
def test_the_url_of_a_server_is_wrong(wrong: str, site: Site) -> None:
    url, words = WRONG_URLS[wrong]
    with site.serves(ONAIR_URL=REMOTE.format(address="127.0.0.1:1")) as address:
        values = {"address": address, "free": free_port()}
        findings = site.doctor(ONAIR_URL=url.format(**values))

    assert_names(findings, "http api", *(word.format(**values) for word in words))
    assert "publishing" in findings.skipped


def test_a_server_takes_connections_and_is_silent(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        findings = site.doctor("--timeout", "0.3", ONAIR_URL=REMOTE.format(address=address))

    assert_names(findings, "http api", f"{address} does not answer within 0.3 s", "firewall")


ANSWERS = {
    "a page": (answering("200 OK", "<h1>Welcome</h1>"), "is no server of channels"),
    "a page that is not there": (answering("404 Not Found", "<h1>Not found</h1>"), "has nothing at /apps/7/"),
    "no HTTP": (saying(b"220 mail.example.com ESMTP\r\n"), "127.0.0.1:{port}"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_something_else_answers_at_the_url(name: str, site: Site) -> None:
    rule, words = ANSWERS[name]
    with proxy(rule=rule) as port:
        findings = site.doctor(ONAIR_URL=REMOTE.format(address=f"127.0.0.1:{port}"))

    assert_names(findings, "http api", words.format(port=port), 'ONAIR["URL"]')


def test_the_origin_of_the_pages_is_refused(site: Site) -> None:
    with site.serves():
        findings = site.doctor("--origin", "https://www.example.com")

    assert_names(
        findings, "welcome", "4009", "https://www.example.com", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS"
    )


def test_the_origin_is_not_among_those_that_the_setting_names(site: Site) -> None:
    strict = settings(ONAIR={"ALLOWED_ORIGINS": ["https://other.example.com"]})
    with site.serves(**strict):
        findings = site.doctor("--origin", "https://www.example.com", **strict)

    assert_names(findings, "welcome", "4009", '"https://www.example.com" to ONAIR["ALLOWED_ORIGINS"]')


def test_a_proxy_passes_no_upgrade_on(site: Site) -> None:
    with site.serves() as address, proxy(address, without_upgrade) as port:
        findings = site.doctor("--url", f"http://localhost:{port}")

    assert_names(
        findings,
        "upgrade",
        "404",
        "server is reached, and the upgrade was lost",
        "proxy_set_header Upgrade $http_upgrade;",
    )
    assert {"publishing", "presence", "authorization"} <= findings.skipped
    assert "http api" in findings.passed


PROXIES = {
    "a page of the site": (answering("200 OK", "<p>Hello</p>"), ("200", "a page answers", "Hello")),
    "an upgrade that is required": (answering("426 Upgrade Required"), ("426", "upgrade was lost")),
    "a bad gateway": (answering("502 Bad Gateway"), ("502", "onair serve", "proxy_pass")),
    "a firewall": (answering("403 Forbidden"), ("403", "/app/")),
    "a redirect to TLS": (
        answering("301 Moved Permanently", Location="https://www.example.com/app/"),
        ("redirects to https://www.example.com/app/", 'ONAIR["PUBLIC_URL"]', "wss://"),
    ),
    "no HTTP": (saying(b"220 mail.example.com ESMTP\r\n"), ("does not speak as a server", "PUBLIC_URL")),
}


@pytest.mark.parametrize("name", PROXIES)
def test_something_else_answers_browsers(name: str, site: Site) -> None:
    rule, words = PROXIES[name]
    with site.serves(), proxy(rule=rule) as port:
        findings = site.doctor(**settings(ONAIR={"PUBLIC_URL": f"ws://127.0.0.1:{port}"}))

    assert_names(findings, "upgrade", *words)


def test_a_proxy_is_silent_when_it_is_asked_for_a_socket(site: Site) -> None:
    with site.serves(), socket.create_server(("127.0.0.1", 0)) as silent:
        public = settings(ONAIR={"PUBLIC_URL": f"ws://127.0.0.1:{silent.getsockname()[1]}"})
        findings = site.doctor("--timeout", "0.5", **public)

    assert_names(findings, "upgrade", "does not answer a request for a WebSocket", "proxy_set_header Upgrade")


CERTIFICATES: Mapping[str, tuple[dict[str, Any], bool, tuple[str, ...]]] = {
    "another name": ({"name": "www.example.com"}, True, ("is of another name", 'ONAIR["PUBLIC_URL"]')),
    "one that has expired": ({"name": "localhost", "days": -1}, True, ("has expired", "Renew")),
    "an unknown authority": ({"name": "localhost"}, False, ("known authority", "whole chain")),
}


@pytest.mark.parametrize("wrong", CERTIFICATES)
def test_a_certificate_is_not_to_be_trusted(wrong: str, site: Site, authority: Authority) -> None:
    made, trusted, words = CERTIFICATES[wrong]
    trust = {"SSL_CERT_FILE": str(authority.roots)} if trusted else {}
    with site.serves() as address, proxy(address, pass_on, tls=authority.context(**made)) as port:
        public = settings(ONAIR={"PUBLIC_URL": f"wss://localhost:{port}"})
        findings = site.doctor(**public, **trust)

    assert_names(findings, "tls", *words)


def test_a_certificate_that_ends_soon_is_worth_a_word(site: Site, authority: Authority) -> None:
    with site.serves() as address, proxy(address, tls=authority.context("localhost", days=3.5)) as port:
        findings = site.doctor(
            **settings(ONAIR={"PUBLIC_URL": f"wss://localhost:{port}"}), SSL_CERT_FILE=str(authority.roots)
        )

    assert findings.failed == []
    assert "expires in 3 days" in findings.says("tls")


ADDRESSES = {
    "ws:// on a page of https://": ("ws://live.example.com", "browsers refuse that", "wss://"),
    "each visitor's own machine": ("wss://localhost:6001", "each visitor's own machine", "visitors reach"),
}


@pytest.mark.parametrize("wrong", ADDRESSES)
def test_the_address_of_the_sockets_makes_no_sense_on_a_page_of_the_site(wrong: str, site: Site) -> None:
    address, *words = ADDRESSES[wrong]
    with site.serves():
        findings = site.doctor("--url", "https://www.example.com", **settings(ONAIR={"PUBLIC_URL": address}))

    assert_names(findings, "address", *words, 'ONAIR["PUBLIC_URL"]')


def test_the_urlconf_lacks_the_endpoints(site: Site) -> None:
    without = settings(ROOT_URLCONF="no_endpoint")
    with site.serves(**without):
        findings = site.doctor(**without)

    assert_names(findings, "authorization", 'path("onair/", include("onair.urls"))')
    assert {"publishing", "presence"} <= findings.passed


def test_a_site_behind_tls_does_not_know_it(site: Site, authority: Authority) -> None:
    with site.develops() as address, proxy(address, tls=authority.context("localhost")) as port:
        findings = site.doctor("--url", f"https://localhost:{port}", SSL_CERT_FILE=str(authority.roots))

    assert_names(findings, "authorization", "403", "SECURE_PROXY_SSL_HEADER")


def test_the_pages_come_from_a_site_with_another_secret(site: Site) -> None:
    theirs = settings(SECRET_KEY="another one")
    url = REMOTE.format(address="127.0.0.1:1")
    with site.serves(ONAIR_URL=url) as address, site.develops(**theirs) as pages:
        findings = site.doctor(
            "--url",
            f"http://{pages}",
            ONAIR_URL=REMOTE.format(address=address),
            **settings(ONAIR={"PUBLIC_URL": f"ws://{address}"}),
        )

    assert_names(findings, "authorization", "403", "another SECRET_KEY")


def test_events_go_to_another_server_than_the_sockets(site: Site) -> None:
    url = REMOTE.format(address="127.0.0.1:1")
    with site.serves(ONAIR_URL=url) as events, site.serves(ONAIR_URL=url) as sockets:
        findings = site.doctor(
            "--timeout",
            "0.5",
            ONAIR_URL=REMOTE.format(address=events),
            **settings(ONAIR={"PUBLIC_URL": f"ws://{sockets}"}),
        )

    assert_names(findings, "publishing", "another server", 'ONAIR["URL"]', 'ONAIR["PUBLIC_URL"]')
    assert "presence" in findings.failed


def test_several_servers_share_nothing(site: Site) -> None:
    url = REMOTE.format(address="127.0.0.1:1")
    with (
        site.serves(ONAIR_URL=url) as first,
        site.serves(ONAIR_URL=url) as second,
        proxy([first, second]) as port,
    ):
        findings = site.doctor(
            "--timeout",
            "1",
            ONAIR_URL=REMOTE.format(address=first),
            **settings(ONAIR={"PUBLIC_URL": f"ws://127.0.0.1:{port}"}),
        )

    assert_names(findings, "publishing", "1 of 2 sockets", "do not share", "Redis or PostgreSQL")


def test_a_limit_of_connections_is_too_low(site: Site) -> None:
    with site.serves(**settings(ONAIR={"MAX_CONNECTIONS": 1})):
        findings = site.doctor()

    assert_names(findings, "publishing", "4100", "limit")


def test_the_url_names_something_else_than_the_site(site: Site) -> None:
    with site.serves() as address:
        findings = site.doctor("--url", f"http://{address}")

    assert_names(findings, "authorization", "404", "--url", "/onair/auth")


def test_several_processes_of_an_asgi_site_share_nothing(site: Site) -> None:
    arguments = ("-m", "uvicorn", "asgi:application", "--port")
    with site.serves(), started(site.folder, *arguments, str(free_port())) as second:
        standing_by = second.wait_for(r"running on http://(\S+)")
        findings = site.doctor(**settings(ONAIR={"PUBLIC_URL": f"ws://{standing_by}"}))

    assert_names(findings, "welcome", "4100", "several processes serve this site", "Redis or PostgreSQL")
