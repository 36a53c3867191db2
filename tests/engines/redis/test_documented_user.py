"""The user that the documentation shows for Redis' access lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from onair.engines import base
from onair.engines.base import (
    Append,
    Beat,
    Count,
    Follow,
    Join,
    Lease,
    Leave,
    Members,
    Nodes,
    Occupied,
    Op,
    Publish,
    Reap,
    Since,
    States,
    Unfollow,
)
from onair.protocol.member import Member
from tests.docs.markdown import blocks
from tests.engines.redis.conftest import Connect, Open
from tests.redis_server import RedisServers

DOCUMENT = Path(__file__).parents[3] / "docs" / "topics" / "redis.md"

#: Each op, done so that its script goes as far as it can.
OPS: tuple[Op[Any], ...] = (
    Beat("a"),
    Follow("presence-room", "a", 1, (Member("7"),)),
    Count("presence-room", "a", 2, tell=True),
    Join("presence-room", "a", Member("8")),
    Publish((Append("presence-room", b"e", 60),), "publisher", 0),
    Follow("presence-room", "a", 2, (Member("7"), Member("8")), after=1),
    Since("presence-room", 1),
    States(("presence-room",)),
    Members("presence-room"),
    Occupied("presence-"),
    Nodes(),
    Leave("presence-room", "a", "8"),
    Lease("left", "a", 60),
    Unfollow("presence-room", "a"),
    Reap("a"),
)


def test_the_user_of_the_documentation_may_do_all_that_an_engine_is_asked(
    redis_servers: RedisServers, open_peer: Open, connect: Connect, tmp_path: Path
) -> None:
    (shown,) = [block.text for block in blocks(DOCUMENT.read_text()) if block.text.startswith("user ")]
    users = tmp_path / "users.acl"
    users.write_text(f"user default off\n{shown.replace('>PASSWORD', '>secret').strip()}\n")
    url = f"redis://onair:secret@127.0.0.1:{redis_servers.start(aclfile=str(users)).port}/0"

    client = connect(url)
    for op in OPS:
        client.do(op, 30)
    open_peer(url).wait_until_connected()


def test_no_op_is_left_out() -> None:
    known = {thing for thing in vars(base).values() if isinstance(thing, type) and issubclass(thing, Op)}
    assert {type(op) for op in OPS} == known - {Op}
