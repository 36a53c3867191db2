"""What processes tell each other of the regions that they follow, and what becomes of it in one of them."""

from __future__ import annotations

import random
import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from secrets import token_hex
from time import monotonic
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import override_settings
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from onair.changes.change import Commit, Kind, RowChange
from onair.changes.ids import ChangeId
from onair.live.markup import Block
from onair.live.markup import Kind as Part
from onair.live.rendering import process, sharing
from onair.live.rendering.company import FRESH
from onair.live.rendering.log import MAX_AGE, Seen, log
from onair.live.rendering.region import LiveRegion
from onair.live.rendering.replay import Denied, own_connections, replay
from onair.live.rendering.sharing import (
    FOLLOWED,
    LEFT,
    RENDERED,
    Offer,
    Sharing,
    channels_of,
    offer_of,
)
from onair.live.rendering.viewer import Address
from onair.live.sealing import NotOurs, seal
from onair.live.templating.audience import Audience
from tests.live.rendering import views
from tests.live.rendering.case import PagesTestCase
from tests.live.rendering.pages import Page
from tests.live.rendering.test_elsewhere import hand_over, run
from tests.live.templating.showing import only, rendered
from tests.server.clients import PATIENCE, wait_until
from tests.site.board.models import Column, Ticket

ADDRESS = Address("http://testserver", "", "/page/", "")


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Wire:
    """What processes have told, on its way to each of the others."""

    clock: Clock = field(default_factory=Clock)
    processes: list[Told] = field(default_factory=list)

    def join(self) -> Told:
        one = Told(self)
        self.processes.append(one)
        return one

    def tell(self, teller: Told, name: str, line: bytes) -> None:
        for other in self.processes:
            if other is not teller:
                other.early.append((name, line))

    def deliver(self) -> None:
        """Let all arrive, and what is answered."""
        while any(other.early for other in self.processes):
            for other in self.processes:
                while other.early:
                    other.take()


@dataclass
class Told:
    """A process, with what it has not been told yet."""

    wire: Wire
    early: deque[tuple[str, bytes]] = field(default_factory=deque)
    followed: dict[str, LiveRegion] = field(default_factory=dict)
    to_render: list[str] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    has_room: bool = True

    def __post_init__(self) -> None:
        self.sharing = Sharing(self._tell, lambda: True, lambda: self.has_room, self.wire.clock)

    def _tell(self, name: str, line: bytes) -> None:
        self.wire.tell(self, name, line)

    def follow(self, region: LiveRegion) -> LiveRegion:
        followed = self.followed[region.channel] = region
        self.sharing.announce(followed)
        return followed

    def unfollow(self, channel: str) -> None:
        self.sharing.withdraw(self.followed.pop(channel))

    def take(self, index: int = 0) -> None:
        self.early.rotate(-index)
        name, line = self.early.popleft()
        self.early.rotate(index)
        if name == RENDERED:
            _, offer = offer_of(line, self.followed.__contains__)
            if offer is not None:
                self.offers.append(offer)
            return
        teller, channels = channels_of(line)
        for channel in channels:
            if name == FOLLOWED and channel in self.followed:
                self.sharing.has_come(teller, self.followed[channel])
            elif name == LEFT and self.sharing.has_gone(teller, channel):
                self.to_render.append(channel)


def region(path: str = "/page/", audience: str = "facts:") -> LiveRegion:
    one = only(rendered("{% live %}text{% endlive %}"))
    reads = replace(one.reads, audience=Audience(audience))
    at = replace(ADDRESS, path=path)
    channel = f"private-onair-live-{path}"
    return LiveRegion(channel, at, one.id, replace(one, channel=channel, reads=reads))


def leaders(processes: list[Told], one: LiveRegion) -> list[Told]:
    """Those who leave the region to nobody."""
    return [each for each in processes if not each.sharing.leave(each.followed[one.channel])]


def together(number: int, path: str = "/page/") -> tuple[Wire, list[Told], LiveRegion]:
    """Processes that follow the same region, and know it; who renders it is the first of them."""
    wire = Wire()
    processes = [wire.join() for _ in range(number)]
    for one in processes:
        one.follow(region(path))
    wire.deliver()
    (leader,) = leaders(processes, region(path))
    for one in processes:
        one.sharing.has_got(one.followed[region(path).channel])
    return wire, sorted(processes, key=lambda one: one is not leader), region(path)


@pytest.mark.parametrize("number", [2, 3])
def test_one_of_those_who_follow_a_region_renders_it(number: int) -> None:
    for page in range(20):
        together(number, f"/{page}/")


def test_it_is_said_once_that_a_region_is_followed_and_each_answers_once() -> None:
    wire = Wire()
    first, second = wire.join(), wire.join()
    one = first.follow(region())
    first.sharing.announce(one)
    assert [name for name, _ in second.early] == [FOLLOWED]
    second.take()
    second.follow(region())
    first.take()
    assert [name for name, _ in second.early] == [FOLLOWED], "the second has not heard of the first"
    second.take()
    assert [name for name, _ in first.early] == [FOLLOWED]
    first.take()
    assert not first.early
    assert not second.early


@pytest.mark.parametrize("audience", ["user:1", "session:2"])
def test_what_is_one_visitors_own_is_nobody_elses_business(audience: str) -> None:
    wire = Wire()
    first, second = wire.join(), wire.join()
    one = first.follow(region(audience=audience))
    first.sharing.has_come("another", one)
    first.sharing.announce_again([one])
    assert not second.early
    assert not first.sharing.leave(one)
    assert not first.sharing.is_wanted(one)


def test_what_was_not_rendered_yet_is_not_announced() -> None:
    wire = Wire()
    first, second = wire.join(), wire.join()
    first.follow(LiveRegion("private-onair-live-1", ADDRESS, "1"))
    assert not second.early


def test_nothing_is_said_where_there_are_no_other_processes() -> None:
    told: list[str] = []
    alone = Sharing(lambda name, line: told.append(name), lambda: False)
    one = region()
    alone.announce(one)
    alone.announce_again([one])
    alone.withdraw(one)
    assert not told
    assert not alone.leave(one)


def test_very_many_regions_are_said_again_in_some_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "MOST_CHANNELS", 2)
    wire = Wire()
    first, second = wire.join(), wire.join()
    regions = [first.follow(region(f"/{number}/")) for number in range(3)]
    second.early.clear()
    first.sharing.announce_again([*regions, region("/not announced/")])
    said = [channels_of(line)[1] for _, line in second.early]
    assert said == [[one.channel for one in regions[:2]], [regions[2].channel]]


def test_what_nobody_renders_in_time_is_rendered_here_and_who_was_to_is_believed_no_more() -> None:
    wire, (_, follower), one = together(2)
    mine = follower.followed[one.channel]
    assert follower.sharing.leave(mine)
    wire.clock.now += mine.patience / 2
    assert follower.sharing.leave(mine), "it has waited for the first change already"
    assert follower.sharing.overdue() == []
    wire.clock.now = follower.sharing.next_time
    assert wire.clock.now == 100 + mine.patience
    assert follower.sharing.overdue() == [one.channel]
    assert follower.sharing.overdue() == []
    assert not follower.sharing.leave(mine)
    assert follower.sharing.next_time == float("inf")


def test_a_change_that_an_offer_lacks_waits_no_longer_for_that() -> None:
    wire, (_, follower), one = together(2)
    mine = follower.followed[one.channel]
    for _ in range(5):
        follower.sharing.has_got(mine)
        assert follower.sharing.leave(mine, waits=mine.patience - 0.1)
        assert follower.sharing.next_time == pytest.approx(wire.clock.now + 0.1)


def test_what_is_behind_waits_for_nobody() -> None:
    _, (_, follower), one = together(2)
    mine = follower.followed[one.channel]
    mine.behind.add("1.1")
    assert not follower.sharing.leave(mine)


def test_when_the_one_that_renders_leaves_the_next_one_does_and_those_who_wait_hear_it() -> None:
    wire, (leader, *others), one = together(3)
    for other in others:
        assert other.sharing.leave(other.followed[one.channel])
        assert other.sharing.is_left(other.followed[one.channel])
    leader.unfollow(one.channel)
    wire.deliver()
    assert [other.to_render for other in others] == [[one.channel]] * 2
    assert len(leaders(others, one)) == 1


def test_when_another_one_leaves_nobody_has_to_render() -> None:
    wire, (leader, follower, other), one = together(3)
    assert follower.sharing.leave(follower.followed[one.channel])
    other.unfollow(one.channel)
    wire.deliver()
    assert not follower.to_render
    assert leaders([leader, follower], one) == [leader]


def test_who_has_withdrawn_a_region_that_it_cannot_render_comes_back_with_the_next_rendering() -> None:
    wire, (leader, follower), one = together(2)
    leader.sharing.withdraw(leader.followed[one.channel])
    wire.deliver()
    assert not follower.sharing.is_wanted(follower.followed[one.channel])
    leader.sharing.announce(leader.followed[one.channel])
    wire.deliver()
    for each in (leader, follower):
        assert each.sharing.is_wanted(each.followed[one.channel])
    assert leaders([leader, follower], one) == [leader]


def test_an_offer_is_the_rendering_with_what_it_has_seen() -> None:
    wire, (leader, follower), one = together(2)
    mine = leader.followed[one.channel].rendering
    assert mine is not None
    offer = Offer(mine, Seen(7.5, {"a": 3}), 0.25)
    leader.sharing.offer(offer)
    wire.deliver()
    (got,) = follower.offers
    assert (got.seen, got.seconds) == (offer.seen, offer.seconds)
    assert (got.rendering.tree.digest, got.rendering.channel) == (mine.tree.digest, mine.channel)


def test_an_offer_of_a_region_that_nobody_follows_here_is_not_even_read() -> None:
    wire, (leader, follower), one = together(2)
    mine = leader.followed[one.channel].rendering
    assert mine is not None
    follower.unfollow(one.channel)
    leader.sharing.offer(Offer(mine, Seen(7.5, {}), 0.25))
    wire.deliver()
    assert not follower.offers


def test_who_offers_too_much_says_that_it_renders_for_nobody() -> None:
    wire, (leader, follower), one = together(2)
    mine = leader.followed[one.channel].rendering
    assert mine is not None
    assert follower.sharing.leave(follower.followed[one.channel])
    tree = Block(Part.REGION, mine.id, (secrets.token_hex(sharing.MOST_BYTES),), ())
    leader.sharing.offer(Offer(replace(mine, tree=tree), Seen(7.5, {}), 0.25))
    wire.deliver()
    assert not follower.offers
    assert follower.to_render == [one.channel]


def test_an_offer_that_would_have_to_wait_is_not_made() -> None:
    _, (leader, follower), one = together(2)
    mine = leader.followed[one.channel].rendering
    assert mine is not None
    leader.has_room = False
    leader.sharing.offer(Offer(mine, Seen(7.5, {}), 0.25))
    assert not follower.early


@pytest.mark.parametrize("read", [channels_of, lambda line: offer_of(line, lambda channel: True)])
def test_nobody_else_says_anything(read: Callable[[bytes], Any]) -> None:
    with override_settings(SECRET_KEY="that of another site"):
        line = seal(b'{"from": "a", "channels": ["private-onair-live-1"]}')
    with pytest.raises(NotOurs):
        read(line)


PROCESSES = st.integers(0, 2)


class Lines(RuleBasedStateMachine):
    """Three processes whose lines come late, in another order, or never."""

    def __init__(self) -> None:
        super().__init__()
        self.wire = Wire()
        self.processes = [self.wire.join() for _ in range(3)]
        self.channel = region().channel
        #: When the oldest change came that a process has left to another.
        self.waits: dict[int, float] = {}

    @rule(who=PROCESSES)
    def follow_or_not(self, who: int) -> None:
        one = self.processes[who]
        if self.channel in one.followed:
            one.unfollow(self.channel)
            self.waits.pop(who, None)
        else:
            one.follow(region())

    @rule(who=PROCESSES)
    def change(self, who: int) -> None:
        one = self.processes[who]
        if self.channel in one.followed and one.sharing.leave(one.followed[self.channel]):
            self.waits.setdefault(who, self.wire.clock.now)

    @rule(who=PROCESSES)
    def get(self, who: int) -> None:
        one = self.processes[who]
        if self.channel in one.followed:
            one.sharing.has_got(one.followed[self.channel])
            self.waits.pop(who, None)

    @precondition(lambda self: any(one.early for one in self.processes))
    @rule(chance=st.randoms(use_true_random=False), is_lost=st.booleans())
    def something_arrives_or_is_lost(self, chance: random.Random, is_lost: bool) -> None:
        one = chance.choice([each for each in self.processes if each.early])
        index = chance.randrange(len(one.early))
        if is_lost:
            del one.early[index]
        else:
            one.take(index)

    @rule(seconds=st.sampled_from([0.3, 1.0, 30.0, FRESH]))
    def time_passes(self, seconds: float) -> None:
        self.wire.clock.now += seconds

    @rule()
    def all_say_it_again(self) -> None:
        for one in self.processes:
            one.sharing.announce_again(one.followed.values())

    @invariant()
    def nothing_waits_for_longer_than_it_may(self) -> None:
        now = self.wire.clock.now
        for who, one in enumerate(self.processes):
            for channel in (*one.sharing.overdue(), *one.to_render):
                assert channel == self.channel
                self.waits.pop(who, None)
            one.to_render.clear()
        for who, since in self.waits.items():
            mine = self.processes[who].followed[self.channel]
            assert self.processes[who].sharing.is_left(mine)
            assert self.processes[who].sharing.next_time <= since + mine.patience
            assert now < since + mine.patience

    def teardown(self) -> None:
        """When what is said arrives again, they agree."""
        self.wire.clock.now += FRESH
        for one in self.processes:
            one.early.clear()
        self.all_say_it_again()
        self.wire.deliver()
        following = [one for one in self.processes if self.channel in one.followed]
        assert len(leaders(following, region())) == min(1, len(following))


Lines.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestLines = Lines.TestCase


def in_thread(action: Callable[..., None], *arguments: Any) -> None:
    """Do something as another request does, with other connections."""

    def run() -> None:
        with own_connections():
            action(*arguments)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


class Elsewhere:
    """Another process that follows the regions of a test's pages, by what it tells and is told."""

    def __init__(self) -> None:
        self._told: list[tuple[str, bytes]] = []
        self.sharing = Sharing(lambda name, line: self._told.append((name, line)), lambda: True)

    def follow(self, one: LiveRegion) -> None:
        self.mine = LiveRegion(one.channel, one.address, one.id, one.rendering)
        self.sharing.announce(self.mine)
        self.say()

    def say(self) -> None:
        """Let the engine hear of all that it has told."""
        for name, line in self._told:
            hand_over(name, line)
        self._told.clear()


class Tests(PagesTestCase):
    """The engine, and another process that renders the same page."""

    def setUp(self) -> None:
        super().setUp()
        log._began -= 2 * MAX_AGE  # nothing of what was there before is missing
        self.told: list[tuple[str, bytes]] = []
        #: What no other test calls a process.
        self.there = token_hex(4)
        #: Others have all the time that a test takes.
        self.clock = Clock(monotonic() + 10 * PATIENCE)
        before, self.engine._sharing = (
            self.engine._sharing,
            Sharing(lambda name, line: self.told.append((name, line)), lambda: True, clock=self.clock),
        )
        self.addCleanup(setattr, self.engine, "_sharing", before)
        self.before = self.engine.renderings

    def said(self, name: str) -> list[str]:
        return [channel for said, line in self.told if said == name for channel in channels_of(line)[1]]

    def followed(self, page: Page) -> LiveRegion:
        """The only region of a page."""
        (channel,) = page.channels.values()
        regions = self.engine._regions

        def is_announced() -> bool:
            return channel in self.said(FOLLOWED) and channel in regions and regions[channel].is_announced

        wait_until(is_announced, "the others are told of the region")
        return regions[channel]

    def elsewhere(self, page: Page, *, leads: bool = True) -> Elsewhere:
        """Another process that follows a page's region, and renders it for this one, or not."""
        one = self.followed(page)
        own, _ = channels_of(self.told[0][1])
        while True:
            other = Elsewhere()
            other.follow(one)
            other.sharing.has_come(own, other.mine)
            if other.sharing.leave(other.mine) is not leads:
                break
            other.sharing.withdraw(other.mine)
            other.say()
        wait_until(lambda: self.engine._sharing.is_wanted(one), "the other process is known")
        if not leads:
            return other
        wait_until(
            lambda: self.engine._sharing._company.leader(one.channel, str(one.address)), "the other one leads"
        )
        return other

    def rendering(self, one: LiveRegion, numbers: dict[str, int] | None = None) -> Offer:
        """The region as another process renders it now.

        Args:
            numbers: what that has heard; all that this process has, where nothing is said.
        """
        viewer = one.viewer()
        assert viewer is not None
        seen = log.seen()
        page = replay(one.address, viewer, frozenset([one.id]))
        assert not isinstance(page, Denied)
        return Offer(page.regions[one.id], seen if numbers is None else replace(seen, numbers=numbers), 0.0)

    def offer(self, other: Elsewhere, offer: Offer) -> None:
        other.sharing.offer(offer)
        other.say()

    def heard(self) -> dict[str, int]:
        return dict(log.seen().numbers)

    def offers(self) -> list[Offer]:
        lines = [line for name, line in self.told if name == RENDERED]
        return [offer for line in lines if (offer := offer_of(line, lambda channel: True)[1]) is not None]

    def settle(self) -> None:
        """Wait until the engine has done what it has been asked for."""
        is_done = threading.Event()
        self.engine._inbox.put(is_done.set)
        assert is_done.wait(PATIENCE)

    def lose_patience(self) -> None:
        """Wait no longer for others."""
        self.settle()
        self.clock.now += FRESH / 2
        self.settle()

    def retitle(self, ticket: Ticket, title: str) -> None:
        """Write what no process hears of."""
        run("UPDATE board_ticket SET title = %s WHERE id = %s", title, ticket.pk)

    def hear(self, ticket: Ticket, number: int) -> None:
        """Hear of a write of another process."""
        row = RowChange(Ticket, Kind.UPDATED, ticket.pk, frozenset({"title"}))
        process._changed(Commit("default", [row]), ChangeId(self.there, number))

    def test_what_another_process_has_rendered_with_all_that_is_known_is_shown_and_not_rendered(self) -> None:
        page = self.page("/list/")
        other = self.elsewhere(page)
        for title in ("First", "Second"):
            self.ticket(title)
            self.offer(other, self.rendering(self.followed(page)))
            patch = page.patch()
            assert title in str(patch["ops"])
        assert self.engine.renderings == self.before
        assert not self.engine._sharing._left

    def test_what_it_has_rendered_before_a_change_comes_here_needs_no_rendering_when_that_comes(self) -> None:
        ticket = self.ticket("First")
        page = self.page("/list/")
        other = self.elsewhere(page)
        self.retitle(ticket, "Seen there first")
        self.offer(other, self.rendering(self.followed(page), self.heard() | {self.there: 1}))
        assert "Seen there first" in str(page.patch())
        self.hear(ticket, 1)
        self.settle()
        assert not self.engine._sharing._left
        assert self.engine.renderings == self.before

    def test_what_has_seen_less_is_not_shown_and_the_region_is_rendered_here_in_time(self) -> None:
        page = self.page("/list/")
        other = self.elsewhere(page)
        old = self.rendering(self.followed(page))
        self.ticket("New")
        self.offer(other, old)
        self.lose_patience()
        assert "New" in str(page.patch())
        assert self.engine.renderings == self.before + 1

    def test_what_lacks_a_change_is_shown_where_it_has_all_that_is_shown(self) -> None:
        for has_all in (True, False):
            with self.subTest(has_all=has_all):
                Ticket.objects.all().delete()
                page = self.page("/list/")
                other = self.elsewhere(page)
                self.ticket("One")
                self.offer(other, self.rendering(self.followed(page)))
                assert "One" in str(page.patch())
                self.ticket("Two")
                offer = self.rendering(self.followed(page), None if has_all else {})
                self.ticket("Three")
                self.offer(other, offer)
                if has_all:
                    assert "Three" not in str(page.patch())
                self.lose_patience()
                assert "Three" in str(page.patch()), "rendered here in time"
                page.client.connection.close()
                self.forget_the_test_before()
                log._began -= 2 * MAX_AGE

    def test_who_comes_while_another_process_renders_gets_the_whole_of_that(self) -> None:
        page = self.page("/list/")
        other = self.elsewhere(page)
        late = self.open("/list/")
        late.versions = dict.fromkeys(late.versions, "another")
        self.ticket("New")
        wait_until(lambda: self.engine._sharing._left, "the region is left to the other process")
        late.listen()
        self.offer(other, self.rendering(self.followed(page)))
        assert "New" in late.patch()["html"]
        assert "New" in str(page.patch()["ops"])
        assert self.engine.renderings == self.before

    def test_a_page_that_was_loaded_later_than_another_process_began_is_not_set_back(self) -> None:
        first = self.ticket("First")
        page = self.page("/list/")
        other = self.elsewhere(page)
        self.ticket("Second")
        offer = self.rendering(self.followed(page))
        self.retitle(first, "Unheard of")
        late = self.open("/list/")
        assert "Unheard of" in late.html
        self.offer(other, offer)
        assert "Second" in str(page.patch())
        late.listen()
        assert "Unheard of" in str(page.patch())

    def test_what_comes_while_it_is_rendered_here_is_shown_then(self) -> None:
        page = self.page("/raced/?on=default")
        other = self.elsewhere(page)
        region = self.followed(page)
        self.ticket("First")

        def another_process_renders(request: HttpRequest) -> None:
            if getattr(request, "onair_render", False):
                views.AFTER_RENDERING.clear()
                in_thread(self.change_and_offer, other, region)

        views.AFTER_RENDERING.append(another_process_renders)
        self.lose_patience()
        assert "First" in str(page.patch())
        assert "Second" in str(page.patch())
        self.settle()
        assert self.engine.renderings == self.before + 1
        assert not self.engine._sharing._left

    def change_and_offer(self, other: Elsewhere, region: LiveRegion) -> None:
        other.sharing.announce_again([other.mine])
        other.say()
        self.ticket("Second")
        self.offer(other, self.rendering(region))

    def test_when_the_other_process_leaves_what_it_was_to_render_is_rendered_here(self) -> None:
        page = self.page("/list/")
        other = self.elsewhere(page)
        self.ticket("New")
        wait_until(lambda: self.engine._sharing._left, "the region is left to the other process")
        other.sharing.withdraw(other.mine)
        other.say()
        assert "New" in str(page.patch())
        self.ticket("Newer")
        assert "Newer" in str(page.patch())
        assert self.engine.renderings == self.before + 2

    def test_what_is_rendered_here_is_offered_with_what_it_has_seen(self) -> None:
        page = self.page("/list/")
        self.elsewhere(page, leads=False)
        self.ticket("New")
        assert "New" in str(page.patch())
        wait_until(lambda: self.offers(), "it is offered")
        (offer,) = self.offers()
        assert "New" in offer.rendering.tree.html
        assert offer.seen.has_all_of(log.seen())

    def test_who_is_alone_offers_nothing(self) -> None:
        page = self.page("/list/")
        self.ticket("New")
        assert "New" in str(page.patch())
        self.settle()
        assert not self.offers()

    def test_where_a_number_is_left_out_nothing_is_taken_over_from_the_rendering_before(self) -> None:
        first, second = self.ticket("First"), self.ticket("Second")
        page = self.page("/list/")
        self.followed(page)
        self.retitle(second, "2nd")
        self.hear(second, 1)
        assert "2nd" in str(page.patch())
        self.retitle(first, "1st, of which the line comes late")
        self.retitle(second, "2nd again")
        self.hear(second, 3)
        assert "1st, of which" in str(page.patch())

    def test_a_change_that_comes_after_a_later_one_is_rendered(self) -> None:
        """What is not in the database, as who is on a channel, is known when its line has come."""
        page = self.page("/list/")
        self.followed(page)
        ticket = self.ticket("First")
        assert "First" in str(page.patch())
        self.hear(ticket, 2)
        wait_until(lambda: self.engine.renderings == self.before + 2, "it is rendered again")
        self.hear(ticket, 1)
        wait_until(lambda: self.engine.renderings == self.before + 3, "it is rendered once more")

    def test_what_cannot_be_rendered_is_rendered_for_nobody(self) -> None:
        page = self.page("/fragile/")
        region = self.followed(page)
        assert not self.said(LEFT)
        column = Column.objects.create(name="broken")
        assert page.patch().get("stale")
        assert self.said(LEFT) == [region.channel]
        column.delete()
        assert "html" in page.patch()
        assert self.said(FOLLOWED) == [region.channel] * 2

    def test_what_its_viewer_may_not_see_any_more_is_left(self) -> None:
        page = self.page("/permitted/", self.user("anna", may_view=True))
        region = self.followed(page)
        run("DELETE FROM auth_user_user_permissions")
        self.ticket("Secret")
        assert page.patch().get("denied")
        wait_until(lambda: region.channel in self.said(LEFT), "the others are told")
        assert not self.offers()

    def test_an_offer_reaches_nobody_who_was_sent_away(self) -> None:
        page = self.page("/permitted/", self.user("anna", may_view=True))
        other = self.elsewhere(page)
        self.ticket("Secret")
        offer = self.rendering(self.followed(page))
        anna = self.followed(page).viewer()
        assert anna is not None
        self.engine.doubt(lambda viewer: viewer == anna, {"denied": True})
        self.offer(other, offer)
        assert page.patch().get("denied")
        self.settle()
        page.client.send("pusher:ping")
        assert page.client.receive()["event"] == "pusher:pong"

    def test_what_is_one_visitors_own_is_not_announced(self) -> None:
        page = self.page("/joint/", self.user("anna", may_view=True))
        wait_until(lambda: all(one.rendering for one in self.engine.regions()), "its regions are known")
        self.settle()
        assert {one.channel for one in self.engine.regions() if one.is_personal} == {*page.channels.values()}
        assert not self.told
