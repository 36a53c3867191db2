"""What a node keeps of those who have gone: nothing, whenever they go."""

from __future__ import annotations

import pytest

from onair.engines.base import EngineDown
from onair.engines.urls import EngineUrl
from tests.engines.sharing.nodes import Page, Share, Site, run, user
from tests.lone_engines import LONE_ENGINES


@pytest.fixture(params=sorted(LONE_ENGINES))
def site(request: pytest.FixtureRequest) -> Site:
    return Site(EngineUrl(request.getfixturevalue(LONE_ENGINES[request.param])))


def test_who_goes_before_it_is_signed_in_leaves_nothing(site: Site) -> None:
    async def test(one: Share, other: Share) -> None:
        page = Page()
        one.node.sign_in(page, user("1", "7", "8"))
        page.is_closed = True
        one.node.disconnect(page, ())
        await site.until(lambda: not one.left_over(), "nothing is left")

    run(site, test)


def test_who_signs_in_again_before_it_is_signed_in_is_told_of_the_later_watchlist(site: Site) -> None:
    async def test(one: Share, other: Share) -> None:
        page = Page()
        one.node.sign_in(page, user("1", "7"))
        one.node.sign_in(page, user("1", "8"))
        await site.until(lambda: page.states == {"8": "offline"}, "it is signed in")
        page.is_closed = True
        one.node.disconnect(page, ())
        await site.until(lambda: not one.left_over(), "nothing is left")

    run(site, test)


def test_a_watched_id_that_no_user_can_have_is_offline_and_asked_of_nobody(site: Site) -> None:
    async def test(one: Share, other: Share) -> None:
        page = Page()
        one.node.sign_in(page, user("1", "a\0b", "é", "7"))
        await site.until(lambda: page.is_signed_in, "it is signed in")
        assert page.states == {"a\0b": "offline", "é": "offline", "7": "offline"}
        page.is_closed = True
        one.node.disconnect(page, ())
        await site.until(lambda: not one.left_over(), "nothing is left")

    run(site, test)


def test_channels_that_come_and_go_while_the_engine_is_away_leave_nothing(site: Site) -> None:
    async def test(one: Share, other: Share) -> None:
        await one.die()
        one.node.disconnected(EngineDown("it is away"))
        page = Page()
        for number in range(100):
            one.node.subscribe(page, f"news-{number}")
            one.node.unsubscribe(page, f"news-{number}")
        assert not one.left_over()

    run(site, test)
