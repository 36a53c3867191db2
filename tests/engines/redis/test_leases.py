"""What leases leave behind in Redis."""

from __future__ import annotations

from onair.engines.base import Lease, Reap
from tests.engines.redis.conftest import Connect
from tests.redis_server import RedisServer, wait_until


def test_leases_that_have_ended_are_not_remembered(redis_server: RedisServer, connect: Connect) -> None:
    client = connect(redis_server.url)
    given = "onair:{1}:leases:a"
    for number in range(20):
        assert client.do(Lease(f"left:{number}", "a", 1), 5)
    assert redis_server.cli("ZCARD", given) == "20"

    wait_until(lambda: redis_server.cli("EXISTS", "onair:{1}:lease:left:19") == "0")

    def is_forgotten() -> bool:
        client.do(Lease("another", "a", 60), 5)
        return redis_server.cli("ZRANGE", given, "0", "-1") == "another"

    wait_until(is_forgotten)
    client.do(Reap("a"), 5)
    assert redis_server.cli("KEYS", "*") == ""
