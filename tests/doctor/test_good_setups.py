"""Every way to serve a site, set up rightly: the whole way is tried, and nothing fails."""

from __future__ import annotations

from django.db import connections

from tests.certificates import Authority
from tests.doctor.proxies import pass_on_as_https, proxy
from tests.doctor.sites import Findings, Site, settings
from tests.embedded.running import free_port, http, started
from tests.postgres import ALIAS, on_postgres
from tests.redis_server import RedisServer
from tests.shared_name import shared_name

#: What is tried whatever serves.
ALWAYS = {
    "settings",
    "checks",
    "address",
    "tcp",
    "upgrade",
    "welcome",
    "ping",
    "authorization",
    "publishing",
    "presence",
    "fallback",
}


def assert_well(findings: Findings, *hops: str) -> None:
    assert findings.failed == [], [findings.says(hop) for hop in findings.failed]
    assert findings.well
    assert findings.exit_code == 0
    assert findings.passed >= {*ALWAYS, *hops}


def test_runserver_is_well(site: Site) -> None:
    with site.develops() as address:
        findings = site.doctor()

    assert_well(findings, "server", "http api")
    assert address in findings.says("server")
    assert "--url" in findings.says("address")


def test_a_server_beside_a_site_is_well(site: Site) -> None:
    with site.serves():
        assert_well(site.doctor(), "server", "http api")


def test_a_server_that_a_url_names_is_well(site: Site) -> None:
    with site.serves(ONAIR_URL="http://key:secret@127.0.0.1:1/apps/7") as address:
        findings = site.doctor(ONAIR_URL=f"http://key:secret@{address}/apps/7")

    assert_well(findings, "server", "http api")


def test_a_site_behind_a_proxy_with_tls_is_well(site: Site, authority: Authority) -> None:
    behind = settings(SECURE_PROXY_SSL_HEADER=["HTTP_X_FORWARDED_PROTO", "https"])
    with (
        site.develops(**behind) as address,
        proxy(address, pass_on_as_https, tls=authority.context("localhost")) as port,
    ):
        findings = site.doctor(
            "--url", f"https://localhost:{port}", **behind, SSL_CERT_FILE=str(authority.roots)
        )

    assert_well(findings, "tls")
    assert f"wss://localhost:{port}" in findings.says("address")
    assert f"https://localhost:{port}/onair/auth signs" in findings.says("authorization")


def test_sockets_at_a_host_of_their_own_are_well(site: Site) -> None:
    with site.serves() as address, proxy(address) as port:
        public = settings(ONAIR={"PUBLIC_URL": f"ws://localhost:{port}/live"})
        findings = site.doctor(**public)

    assert_well(findings)
    assert f"ws://localhost:{port}/live" in findings.says("address")


def test_a_site_without_private_channels_may_do_without_the_endpoint(site: Site) -> None:
    plain = settings(ROOT_URLCONF="no_endpoint", SILENCED_SYSTEM_CHECKS=["onair.W041"])
    with site.serves(**plain):
        findings = site.doctor(**plain)

    assert findings.failed == []
    assert "authorization" in findings.skipped


def test_an_asgi_site_is_well(site: Site) -> None:
    arguments = ("-m", "uvicorn", "asgi:application", "--port", str(free_port()))
    with started(site.folder, *arguments) as process:
        address = process.wait_for(r"running on (http://\S+)")
        http.request("GET", address)  # it can be found from its first request on
        findings = site.doctor()

    assert_well(findings, "server", "http api")


def test_workers_that_share_a_redis_are_well(site: Site, redis_server: RedisServer) -> None:
    engine = {"ONAIR_URL": redis_server.url}
    with site.serves("--workers", "2", **engine) as address:
        findings = site.doctor("--workers", "2", **engine)

    assert_well(findings, "engine", "engine's log", "nodes")
    assert address in findings.says("address")
    assert "reached 4 sockets" in findings.says("publishing")


def test_what_a_doctor_leaves_in_an_engine_goes_by_itself(site: Site, redis_server: RedisServer) -> None:
    engine = {"ONAIR_URL": redis_server.url}
    with site.serves(**engine):
        assert_well(site.doctor(**engine))
        left = [key for key in redis_server.cli("KEYS", "*").split() if "doctor" in key]
        members = redis_server.cli("ZRANGE", f"onair:{{{shared_name()}}}:channels", "0", "-1").split()

    assert [key for key in left if redis_server.cli("TTL", key) == "-1"] == []
    assert [name for name in members if "doctor" in name] == []


@on_postgres
def test_processes_that_share_a_postgres_are_well(site: Site) -> None:
    parameters = connections[ALIAS].settings_dict
    engine = {"ONAIR_URL": f"postgres://postgres@/{parameters['NAME']}?host={parameters['HOST']}"}
    with site.serves(**engine):
        findings = site.doctor(**engine)

    assert_well(findings, "engine", "engine's log", "nodes")
