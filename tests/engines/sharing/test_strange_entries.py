"""What another version has written, and this one cannot read, stops nothing."""

from __future__ import annotations

from typing import Any

import pytest

from onair.engines import entries
from onair.engines.base import Append, Publish
from onair.engines.urls import EngineUrl
from onair.protocol.messages import Resume
from onair.protocol.publication import Publication
from tests.engines.sharing.nodes import Page, Share, Site, run, user
from tests.lone_engines import LONE_ENGINES

#: A body of each kind, of a version that is not this one.
STRANGE = {
    "event": entries.EVENT + b"\xc1",
    "whisper": entries.WHISPER + b"\xc1",
    "added": entries.ADDED + b"\xff",
    "removed": entries.REMOVED + b"\xff",
    "counted": entries.COUNTED + b"many",
    "handed": entries.HANDED + b"\xc1",
    "terminated": entries.TERMINATED + b"\xff",
    "unknown": b"?",
    "empty": b"",
}


@pytest.fixture(params=sorted(LONE_ENGINES))
def site(request: pytest.FixtureRequest) -> Site:
    return Site(EngineUrl(request.getfixturevalue(LONE_ENGINES[request.param])))


@pytest.mark.parametrize("channel", [entries.EVERYBODY, "news", "#user-7"])
def test_what_comes_after_it_is_read_on_the_same_connection(site: Site, channel: str) -> None:
    async def test(one: Share, other: Share) -> None:
        page = Page()
        one.node.subscribe(page, "news")
        one.node.sign_in(page, user("1", "7"))
        await site.until(lambda: page.is_signed_in and page.joined, "it is there")
        lost: list[Any] = []
        one.node.logs.disconnected = lambda: lost.append(1)  # type: ignore[method-assign]
        for strange in STRANGE.values():
            await other.node.engine.do(Publish((Append(channel, strange),)))
        last = Page()
        other.node.sign_in(last, user("7"))
        handed = entries.Handed("name", b"line").encode()
        await other.node.engine.do(Publish((Append(entries.EVERYBODY, handed),)))
        other.node.publish([Publication(("news",), "last", "1")])
        await site.until(lambda: page.seen["news"] and one.handed, "both have come")
        await site.until(lambda: page.states == {"7": "online"}, "it is told of the user")
        assert not lost

    run(site, test)


def test_who_comes_back_to_a_channel_with_such_an_entry_gets_the_others(site: Site) -> None:
    async def test(one: Share, other: Share) -> None:
        first, back = Page(), Page()
        one.node.subscribe(first, "news", resume=Resume(None))
        await site.until(lambda: first.joined, "it has joined")
        for strange in STRANGE.values():
            await one.node.engine.do(Publish((Append("news", strange),)))
        one.node.publish([Publication(("news",), "last", "1")])
        await site.until(lambda: first.seen["news"], "it has come")
        other.node.subscribe(back, "news", resume=Resume(first.began["news"]))
        await site.until(lambda: back.joined and back.seen["news"], "it has come back")

    run(site, test)


def test_a_cache_channel_that_keeps_such_an_event_has_none(site: Site) -> None:
    async def test(one: Share, other: Share) -> None:
        await one.node.engine.do(Publish((Append("cache-news", STRANGE["event"], 60),)))
        page = Page()
        one.node.subscribe(page, "cache-news")
        await site.until(lambda: page.joined, "it has joined")
        assert [message["event"] for message in page.received][1:] == ["pusher:cache_miss"]

    run(site, test)
