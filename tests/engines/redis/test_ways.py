"""The ways to a Redis: URLs, TLS, Unix sockets, users, databases, prefixes and sentinels."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from onair.engines.base import Append, EngineDown, EngineRefused, Follow, Occupied, Publish
from onair.engines.redis.address import Address, Login, Place, Tls, parse
from onair.engines.redis.engine import Times
from tests.certificates import Authority
from tests.engines.contract.peers import Peer
from tests.engines.redis.conftest import Connect, Open
from tests.redis_server import RedisServer, RedisServers, wait_until

#: Forms of URLs, and what they say.
URLS = {
    "redis://": Address((Place("localhost", 6379),)),
    "redis://host": Address((Place("host", 6379),)),
    "redis://host:7000/3": Address((Place("host", 7000),), db=3),
    "redis://host?db=3": Address((Place("host", 6379),), db=3),
    "redis://[::1]:7000": Address((Place("::1", 7000),)),
    "redis://:p%40ss@host": Address((Place("host", 6379),), login=Login("", "p@ss")),
    "redis://user:p:w@host/1": Address((Place("host", 6379),), login=Login("user", "p:w"), db=1),
    "redis://host/?prefix=shop": Address((Place("host", 6379),), prefix="shop"),
    "rediss://host": Address((Place("host", 6379),), tls=Tls()),
    "rediss://host?ssl_cert_reqs=none&ssl_check_hostname=false&ssl_ca_certs=/ca.pem": Address(
        (Place("host", 6379),), tls=Tls(ca_certs="/ca.pem", cert_reqs="none", check_hostname=False)
    ),
    "redis+unix:///run/redis.sock": Address((Place(path="/run/redis.sock"),)),
    "redis+unix://:pw@/run/redis.sock?db=2": Address(
        (Place(path="/run/redis.sock"),), login=Login("", "pw"), db=2
    ),
    "redis+sentinel://one,two:7000/mymaster": Address(
        (Place("one", 26379), Place("two", 7000)), service="mymaster"
    ),
    "rediss+sentinel://u:p@one/mymaster/4?sentinel_username=s&sentinel_password=q": Address(
        (Place("one", 26379),),
        service="mymaster",
        login=Login("u", "p"),
        sentinel_login=Login("s", "q"),
        db=4,
        tls=Tls(),
    ),
}

#: URLs that cannot be meant, and what the message says.
WRONG = {
    "redis://host:port": "port",
    "redis://host:99999": "port",
    "redis://host/news": "number",
    "redis://host/0/1": "number",
    "redis://host?retries=3": "no option retries",
    "redis+unix://": "path of a socket",
    "redis+sentinel://one,two": "name of the service",
    "rediss://host?ssl_cert_reqs=maybe": "ssl_cert_reqs",
}


@pytest.mark.parametrize(("url", "address"), URLS.items(), ids=URLS)
def test_a_url_says_where_redis_is(url: str, address: Address) -> None:
    assert parse(url) == address


@pytest.mark.parametrize(("url", "message"), WRONG.items(), ids=WRONG)
def test_a_url_that_cannot_be_meant_is_refused(url: str, message: str) -> None:
    with pytest.raises(EngineRefused, match=message):
        parse(url)


def works(open_peer: Open, connect: Connect, url: str) -> Peer:
    """Publish from a client to an engine."""
    peer = open_peer(url)
    peer.wait_until_connected()
    peer.listen("news")
    peer.do(Follow("news", "a", 1))
    connect(url).do(Publish((Append("news", b"hello"),)), 30)
    peer.wait_for_body("news", b"hello")
    return peer


def test_a_unix_socket_leads_to_redis(
    redis_servers: RedisServers, open_peer: Open, connect: Connect, tmp_path: Path
) -> None:
    path = tmp_path / "redis.sock"
    redis_servers.start(unixsocket=str(path), port="0")
    works(open_peer, connect, f"redis+unix://{path}?db=1")


def test_databases_are_apart_although_redis_publishes_to_all(
    redis_server: RedisServer, open_peer: Open, connect: Connect
) -> None:
    other = works(open_peer, connect, f"redis://127.0.0.1:{redis_server.port}/1")
    works(open_peer, connect, f"redis://127.0.0.1:{redis_server.port}/2")
    assert other.bodies("news") == [b"o", b"hello"]


def test_sites_with_a_prefix_are_apart_in_one_database(
    redis_server: RedisServer, open_peer: Open, connect: Connect
) -> None:
    shop = works(open_peer, connect, f"{redis_server.url}?prefix=shop")
    works(open_peer, connect, redis_server.url)
    assert shop.bodies("news") == [b"o", b"hello"]
    keys = redis_server.cli("KEYS", "*").split()
    assert keys
    assert all(key.startswith("onair:") for key in keys)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def certificate(authority: Authority) -> Path:
    """A certificate of localhost, and its key."""
    return authority.certificate("localhost")


@pytest.fixture
def secured(redis_servers: RedisServers, authority: Authority, certificate: Path) -> RedisServer:
    """A Redis with TLS, which wants a certificate of its clients."""
    server = redis_servers.make(
        tls_cert_file=str(certificate),
        tls_key_file=str(certificate),
        tls_ca_cert_file=str(authority.roots),
    )
    server.options["tls-port"] = str(server.tls_port)
    server.start()
    return server


def test_tls_is_spoken_with_certificates_of_both_sides(
    secured: RedisServer, authority: Authority, certificate: Path, open_peer: Open, connect: Connect
) -> None:
    options = f"ssl_ca_certs={authority.roots}&ssl_certfile={certificate}&ssl_keyfile={certificate}"
    works(open_peer, connect, f"rediss://localhost:{secured.tls_port}/0?{options}")


def test_a_certificate_that_is_not_trusted_is_named(
    secured: RedisServer, open_peer: Open, connect: Connect
) -> None:
    url = f"rediss://localhost:{secured.tls_port}/0"
    peer = open_peer(url)
    peer.wait(lambda heard: bool(heard.reasons))
    assert "ssl_ca_certs" in str(peer.reasons[0])
    with pytest.raises(EngineDown, match="ssl_ca_certs"):
        connect(url).do(Occupied(), 30)


def test_tls_where_there_is_none_is_named(
    redis_server: RedisServer, open_peer: Open, connect: Connect
) -> None:
    url = f"rediss://localhost:{redis_server.port}/0"
    peer = open_peer(url, Times(connect=2))
    peer.wait(lambda heard: bool(heard.reasons))
    assert "without TLS" in str(peer.reasons[0])
    with pytest.raises(EngineDown, match="without TLS"):
        connect(url).do(Occupied(), 2)


#: A user that may do no more than the documentation says, and one that may do less.
USERS = """
user default off
user admin on >admin ~* &* +@all
user site on >secret ~onair:* &onair:* -@all +@read +@write +@pubsub +@scripting +@connection +time
user reader on >secret ~onair:* &onair:* -@all +@read +@connection +@scripting
user deaf on >secret ~onair:* resetchannels &other:* +@all
user elsewhere on >secret ~other:* &onair:* +@all
"""


@pytest.fixture
def guarded(redis_servers: RedisServers, tmp_path: Path) -> RedisServer:
    """A Redis with users."""
    users = tmp_path / "users.acl"
    users.write_text(USERS)
    return redis_servers.start(aclfile=str(users))


def test_a_user_of_the_acl_needs_no_more_than_is_documented(
    guarded: RedisServer, open_peer: Open, connect: Connect
) -> None:
    works(open_peer, connect, f"redis://site:secret@127.0.0.1:{guarded.port}/0")


#: Who comes in, and the word that the message has for what to do.
REFUSED = {
    "": "wants a password",
    "site:wrong@": "password in the URL is wrong",
    "nobody:secret@": "password in the URL is wrong",
    "reader:secret@": "~onair:",
    "deaf:secret@": "~onair:",
    "elsewhere:secret@": "~onair:",
}


@pytest.mark.parametrize(("login", "message"), REFUSED.items(), ids=REFUSED)
def test_who_may_not_is_told_what_to_do_once_and_is_let_in_when_that_is_done(
    guarded: RedisServer, open_peer: Open, caplog: pytest.LogCaptureFixture, login: str, message: str
) -> None:
    caplog.set_level(logging.ERROR, "onair.engines.redis")
    url = f"redis://{login}127.0.0.1:{guarded.port}/0"
    peer = open_peer(url)
    peer.wait(lambda heard: len(heard.reasons) > 3)
    assert all(message in str(reason) for reason in peer.reasons)
    assert peer.epochs == []
    assert len([record for record in caplog.records if message in record.getMessage()]) == 1
    users = Path(guarded.options["aclfile"])
    everything = "~* &* +@all"
    users.write_text(
        f"user default on nopass {everything}\nuser site on >wrong >secret {everything}\n"
        + "".join(
            f"user {name} on >secret {everything}\n" for name in ("nobody", "reader", "deaf", "elsewhere")
        )
    )
    assert guarded.cli("--user", "admin", "--pass", "admin", "ACL", "LOAD") == "OK"
    peer.wait_until_connected()


def test_a_client_that_may_not_is_refused_with_what_to_do(guarded: RedisServer, connect: Connect) -> None:
    for login, message in REFUSED.items():
        if login != "deaf:secret@":
            with pytest.raises(EngineRefused, match=message):
                connect(f"redis://{login}127.0.0.1:{guarded.port}/0").do(
                    Publish((Append("news", b"e", 9),)), 30
                )


def test_a_password_that_redis_does_not_want_is_named(redis_server: RedisServer, connect: Connect) -> None:
    with pytest.raises(EngineRefused, match="leave it out"):
        connect(f"redis://:secret@127.0.0.1:{redis_server.port}").do(Occupied(), 30)


def test_a_database_that_is_not_there_is_named(redis_server: RedisServer, connect: Connect) -> None:
    with pytest.raises(EngineRefused, match="database"):
        connect(f"redis://127.0.0.1:{redis_server.port}/99").do(Occupied(), 30)


def test_a_redis_whose_memory_is_full_is_named_and_healed_by_more(
    redis_servers: RedisServers, open_peer: Open
) -> None:
    server = redis_servers.start()
    peer = open_peer(server.url)
    peer.wait_until_connected()
    server.cli("CONFIG", "SET", "maxmemory", "1")
    with pytest.raises(EngineDown, match="maxmemory"):
        peer.do(Follow("news", "a", 1))
    server.cli("CONFIG", "SET", "maxmemory", "0")
    peer.wait_until_connected(2)
    assert peer.do(Follow("news", "a", 1)).changes.occupied


def test_sentinels_are_asked_again_after_a_failover(
    redis_servers: RedisServers, open_peer: Open, connect: Connect
) -> None:
    first = redis_servers.start()
    second = redis_servers.start(replicaof=f"127.0.0.1 {first.port}")
    wait_until(lambda: "master_link_status:up" in second.cli("INFO", "replication"))
    sentinel = redis_servers.make(True)
    sentinel.options["sentinel monitor"] = f"mymaster 127.0.0.1 {first.port} 1"
    sentinel.start()
    wait_until(lambda: str(second.port) in sentinel.cli("SENTINEL", "replicas", "mymaster"))
    url = f"redis+sentinel://127.0.0.1:1,127.0.0.1:{sentinel.port}/mymaster"
    peer, client = works(open_peer, connect, url), connect(url)
    wait_until(lambda: "ok" in sentinel.cli("SENTINEL", "failover", "mymaster").lower())
    wait_until(lambda: str(second.port) in sentinel.cli("SENTINEL", "get-master-addr-by-name", "mymaster"))
    first.kill()
    peer.wait_until_connected(2)
    assert second.cli("PUBSUB", "NUMSUB", "onair:{1}:0:news").split()[-1] == "1"
    client.do(Publish((Append("news", b"after"),)), 30)
    peer.wait_for_body("news", b"after")


def test_a_service_that_no_sentinel_knows_is_named(redis_servers: RedisServers, connect: Connect) -> None:
    sentinel = redis_servers.make(True)
    sentinel.start()
    with pytest.raises(EngineDown, match="no sentinel knows"):
        connect(f"redis+sentinel://127.0.0.1:{sentinel.port}/unknown").do(Occupied(), 30)
