"""The live regions of this process: one thread knows them all, others render them."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, cast

from onair.changes.change import Commit
from onair.changes.ids import ChangeId
from onair.live.markup import diff
from onair.live.matching.index import Index
from onair.live.matching.reads import ReadSet
from onair.live.rendering import telling
from onair.live.rendering.concern import concern
from onair.live.rendering.log import Change, ChangeLog, Position, Seen, log
from onair.live.rendering.memory import Access, Memory, access_of
from onair.live.rendering.region import LiveRegion, Subscriber
from onair.live.rendering.replay import Denied, own_connections, replay
from onair.live.rendering.result import PageRendering, RegionRendering
from onair.live.rendering.sharing import Offer, Sharing
from onair.live.rendering.viewer import Address, Viewer
from onair.live.templating.lists import Last

logger = logging.getLogger("onair.live")

#: Seconds that a browser has between being told its channel and joining it.
PATIENCE = 30.0

#: Pages that are rendered at the same time.
THREADS = 2

#: Regions of one commit above which those of single visitors are not rendered here: each browser asks.
MANY = 500

#: An access as the index has it: of a viewer to a page.
_Access = tuple[str, Address, Viewer]


class Engine:
    """Knows who looks at which region, and renders what a change may affect.

    What any thread may call puts a task into its inbox. The tasks run on one thread of its own, which alone
    knows the regions; only pages are rendered on others.

    Args:
        memory: what was rendered lately.
        changes: the change log.
        clock: a steady clock, in seconds.
        sharing: what the other processes with sockets are told, None where there are none.
    """

    def __init__(
        self,
        memory: Memory,
        changes: ChangeLog = log,
        clock: Callable[[], float] = time.monotonic,
        sharing: Sharing | None = None,
    ) -> None:
        self.memory = memory
        self._sharing = sharing or Sharing(_nobody, bool, clock=clock)
        #: How many pages were rendered again.
        self.renderings = 0
        self._log = changes
        self._clock = clock
        self._inbox: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._regions: dict[str, LiveRegion] = {}
        self._index: Index = Index()
        self._accesses: dict[_Access, dict[tuple[str, str], None]] = {}
        #: Who may join which channel. The loop's thread reads it.
        self._admitted: set[tuple[str, str]] = set()
        #: Of whom it is not known whether they may still see their pages, and how many are asked about.
        self._doubted: dict[_Access, None] = {}
        self._asked = 0
        self._look_again_at = 0.0
        #: The channels of those that wait to be rendered, and of those that are from time to time.
        self._dirty: dict[str, None] = {}
        self._timed: dict[str, None] = {}
        #: What other processes have rendered while this one did.
        self._held: dict[str, Offer] = {}
        self._pool = ThreadPoolExecutor(THREADS, "onair-live-render")
        self._thread = threading.Thread(target=self._run, name="onair-live", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is being rendered is not told any more."""
        self._inbox.put(None)
        self._pool.shutdown(wait=False, cancel_futures=True)

    # From any thread.

    def changed(self, change: Change, number: ChangeId | None = None) -> None:
        """A commit, or the name of a touched topic, is in the log.

        Args:
            number: by which other processes know it; None where they do not hear of it.
        """
        self._inbox.put(partial(self._match, change, number))

    def expect(
        self,
        address: Address,
        viewer: Viewer,
        socket_id: str,
        channels: Mapping[str, tuple[str, str]],
        access: Access | None,
    ) -> None:
        """A socket will listen to regions of a page.

        Args:
            channels: the channel of each region, and the digest of the content that the browser has.
            access: what decided that the viewer may see the page. None: another process knows, and this one
                asks the site itself.
        """
        self._admitted.update((channel, socket_id) for channel, _ in channels.values())
        self._inbox.put(partial(self._expect, address, viewer, socket_id, dict(channels), access))

    def regions(self) -> tuple[LiveRegion, ...]:
        """Return the regions that are followed now; the engine's thread goes on changing them."""
        return tuple(self._regions.values())

    def admits(self, channel: str, socket_id: str) -> bool:
        """Whether a socket may join a region's channel now."""
        return (channel, socket_id) in self._admitted

    def joined(self, channel: str, socket_id: str) -> None:
        """A socket listens to a region's channel."""
        self._inbox.put(partial(self._join, channel, socket_id))

    def left(self, channel: str, socket_id: str) -> None:
        """A socket listens no more."""
        self._inbox.put(partial(self._left, channel, socket_id))

    def doubt(self, is_doubted: Callable[[Viewer], bool], verdict: Mapping[str, Any] = telling.AGAIN) -> None:
        """Let viewers ask anew whether they may see what they see; or say at once that they may not."""
        self._inbox.put(partial(self._doubt, is_doubted, verdict))

    def missed(self) -> None:
        """Something has changed, and nobody knows what: look at everything again."""
        self._inbox.put(self._doubt_all)

    def follows(self, channel: str) -> bool:
        """Whether somebody follows a region here, as far as this thread can see."""
        return channel in self._regions

    def has_come(self, process: str, channels: Iterable[str]) -> None:
        """Another process follows regions."""
        self._inbox.put(partial(self._has_come, process, channels))

    def has_gone(self, process: str, channels: Iterable[str]) -> None:
        """Another process follows regions no more, or cannot render them for this one."""
        self._inbox.put(partial(self._has_gone, process, channels))

    def offered(self, offer: Offer) -> None:
        """Another process has rendered a region."""
        self._inbox.put(partial(self._offered, offer))

    # On the engine's thread.

    def _run(self) -> None:
        while True:
            try:
                item = self._inbox.get(timeout=self._seconds_until_due())
            except queue.Empty:
                item = self._nothing
            if item is None:
                return
            try:
                item()
                self._render_due()
            except Exception:
                logger.exception("A live region was not followed for once.")

    def _nothing(self) -> None:
        """It is time to render something."""

    def _seconds_until_due(self) -> float | None:
        if not self._regions:
            return None
        times = [self._look_again_at, self._sharing.next_time]
        times += [region.not_before for region in self._waiting()]
        times += [region.next_time for region in self._in_time() if not region.is_rendering]
        return max(0.0, min(times) - self._clock())

    def _waiting(self) -> list[LiveRegion]:
        """Return the regions that are to be rendered, and can be."""
        return [region for channel in self._dirty if (region := self._regions[channel]).is_ready]

    def _in_time(self) -> list[LiveRegion]:
        return [self._regions[channel] for channel in self._timed]

    def _match(self, change: Change, number: ChangeId | None) -> None:
        if not self._regions:
            return
        found = self._index.match(change) if isinstance(change, Commit) else self._index.match_topic(change)
        # First those who may see no more of it.
        for key in found:
            if not isinstance(key, str):
                self._expel(self._accesses.get(cast("_Access", key), ()), telling.AGAIN)
        dirty = [self._regions[key] for key in found if isinstance(key, str) and key in self._regions]
        if len(dirty) > MANY:
            dirty = [region for region in dirty if not self._leave_to_browsers(region)]
        if number is not None:
            dirty = [region for region in dirty if not self._is_done_elsewhere(region, number)]
        self._soil(dirty)

    def _is_done_elsewhere(self, region: LiveRegion, number: ChangeId) -> bool:
        """Whether a change is in what another process has made of a region, or is about to."""
        if region.is_adopted and region.seen is not None and region.seen.has(number):
            return True
        return self._leave_to_others(region)

    def _leave_to_others(self, region: LiveRegion, waits: float = 0.0) -> bool:
        """Leave a region to the process that renders it for all, if this one can judge what comes of it.

        Args:
            waits: seconds since it has changed.
        """
        return self._log.knows(region.patience) and self._sharing.leave(region, waits)

    def _leave_to_browsers(self, region: LiveRegion) -> bool:
        """Where very many pages of single visitors change at once, each asks for its own."""
        if region.rendering is None or not region.is_personal:
            return False
        telling.tell(region.channel, {"r": region.id, **telling.STALE})
        return True

    def _soil(self, regions: Iterable[LiveRegion]) -> None:
        self._dirty.update((region.channel, None) for region in regions)

    def _expect(
        self,
        address: Address,
        viewer: Viewer,
        socket_id: str,
        channels: dict[str, tuple[str, str]],
        access: Access | None,
    ) -> None:
        if not channels:
            return
        until = self._clock() + PATIENCE
        key = ("access", address, viewer)
        held = self._accesses.setdefault(key, {})
        for region_id, (channel, version) in channels.items():
            region = self._regions.get(channel)
            if region is None:
                region = self._regions[channel] = LiveRegion(channel, address, region_id)
            before = region.subscribers.get(socket_id)
            if before is not None and before.viewer != viewer:
                self._release(region, before)
            self._admitted.add((channel, socket_id))
            subscriber = region.subscribers[socket_id] = Subscriber(socket_id, viewer, version, until)
            held[(channel, socket_id)] = None
            if before is not None and before.has_joined:
                subscriber.has_joined = subscriber.comes_again = True
                self._catch_up(region, subscriber)
        if access is None:
            self._pool.submit(self._look, address, viewer, frozenset(channels))
        else:
            self._keep_access(key, access)

    def _give_up(self, now: float) -> None:
        """Forget who was expected and did not come."""
        self._look_again_at = now + PATIENCE
        self._sharing.announce_again(self._regions.values())
        for region in list(self._regions.values()):
            for one in list(region.subscribers.values()):
                if not one.has_joined and one.until < now:
                    self._leave(region.channel, one.socket_id)

    def _join(self, channel: str, socket_id: str) -> None:
        region = self._regions.get(channel)
        subscriber = None if region is None else region.subscribers.get(socket_id)
        if region is None or subscriber is None:  # it was let go in this moment
            telling.expel(channel, socket_id, dict(telling.AGAIN))
            return
        subscriber.has_joined = True
        subscriber.comes_again = False
        self._catch_up(region, subscriber)

    def _catch_up(self, region: LiveRegion, subscriber: Subscriber) -> None:
        """Give a socket what the region has become since its page was loaded."""
        if region.rendering is None:
            self._recall(region)
        if region.tree is not None and region.tree.digest == subscriber.version:
            return
        if region.tree is None or region.channel in self._dirty or self._is_ahead(region, subscriber):
            region.behind.add(subscriber.socket_id)
            self._soil([region])
        elif self._sharing.is_left(region):
            region.behind.add(subscriber.socket_id)
        else:
            telling.tell(region.channel, telling.whole(region.id, region.tree), only=subscriber.socket_id)

    def _is_ahead(self, region: LiveRegion, subscriber: Subscriber) -> bool:
        """Whether a page was loaded after the region was rendered, and shows what nobody has told of."""
        loaded = self.memory.region(region.channel)
        return (
            loaded is not None
            and loaded.rendering.tree.digest == subscriber.version
            and (region.position is None or loaded.position.time > region.position.time)
        )

    def _recall(self, region: LiveRegion) -> None:
        """Go on from the page's own rendering, where it is known, and nothing has happened since."""
        remembered = self.memory.region(region.channel)
        if remembered is None:
            self._soil([region])
            return
        self._keep(region, remembered.rendering, remembered.position)

    def _keep(self, region: LiveRegion, rendering: RegionRendering, position: Position) -> None:
        """Follow what a rendering has read; what has changed since its position may be missing in it."""
        region.rendering, region.position = rendering, position
        if rendering.options.every:
            self._timed[region.channel] = None
        self._index.remove(region.channel)
        self._index.add(region.channel, rendering.reads.read_set)
        if concern(self._log.since(position), rendering.reads.read_set) and not self._leave_to_others(region):
            self._soil([region])
        self._sharing.announce(region)

    def _left(self, channel: str, socket_id: str) -> None:
        region = self._regions.get(channel)
        subscriber = None if region is None else region.subscribers.get(socket_id)
        if subscriber is not None and subscriber.comes_again:
            # It has asked anew before it left, and joins again next.
            subscriber.has_joined = subscriber.comes_again = False
        else:
            self._leave(channel, socket_id)

    def _leave(self, channel: str, socket_id: str) -> None:
        self._admitted.discard((channel, socket_id))
        region = self._regions.get(channel)
        subscriber = None if region is None else region.subscribers.pop(socket_id, None)
        if region is None or subscriber is None:
            return
        region.behind.discard(socket_id)
        self._release(region, subscriber)
        if not region.subscribers:
            del self._regions[channel]
            self._sharing.withdraw(region)
            self._dirty.pop(channel, None)
            self._timed.pop(channel, None)
            self._index.remove(channel)

    def _release(self, region: LiveRegion, subscriber: Subscriber) -> None:
        """Let go of what a subscriber was let in for."""
        key = ("access", region.address, subscriber.viewer)
        held = self._accesses.get(key)
        if held is not None:
            held.pop((region.channel, subscriber.socket_id), None)
            if not held:
                del self._accesses[key]
                self._index.remove(key)

    def _expel(self, held: Iterable[tuple[str, str]], verdict: Mapping[str, Any]) -> None:
        for channel, socket_id in list(held):
            region = self._regions[channel]
            self._admitted.discard((channel, socket_id))
            telling.expel(channel, socket_id, {"r": region.id, **verdict})
            self._leave(channel, socket_id)

    def _doubt(self, is_doubted: Callable[[Viewer], bool], verdict: Mapping[str, Any]) -> None:
        for key, held in list(self._accesses.items()):
            if is_doubted(key[2]):
                self._expel(held, verdict)

    def _doubt_all(self) -> None:
        self._soil(self._regions.values())
        self._doubted.update(dict.fromkeys(self._accesses))
        self._ask_doubted()

    def _ask_doubted(self) -> None:
        """Ask the site who may still see what they see: a few at a time, since they may be very many."""
        while self._doubted and self._asked < THREADS:
            key = next(iter(self._doubted))
            del self._doubted[key]
            held = self._accesses.get(key)
            if held:
                self._asked += 1
                wanted = frozenset(self._regions[channel].id for channel, _ in held)
                self._pool.submit(self._look, key[1], key[2], wanted, True)

    def _render_due(self) -> None:
        now = self._clock()
        if self._look_again_at <= now:
            self._give_up(now)
        self._soil([one for one in self._in_time() if one.next_time <= now and not one.is_rendering])
        self._soil([self._regions[channel] for channel in self._sharing.overdue()])
        due = [region for region in self._waiting() if region.not_before <= now]
        # Those of one page and one viewer are rendered together.
        together: dict[tuple[Address, Viewer], list[LiveRegion]] = defaultdict(list)
        for region in due:
            pages = [page for page in together if page[0] == region.address and self._looks(page[1], region)]
            viewer = region.viewer()
            if pages:
                together[pages[0]].append(region)
            elif viewer is not None:
                together[(region.address, viewer)].append(region)
        for (address, viewer), regions in together.items():
            for region in regions:
                del self._dirty[region.channel]
                region.is_rendering = True
            wanted = [(one.channel, one.id) for one in regions]
            self._pool.submit(self._render, address, viewer, wanted, self._last(regions))

    def _last(self, regions: Iterable[LiveRegion]) -> dict[str, Last]:
        """Return how regions were rendered last, each with a way to ask what has changed since."""
        return {
            region.id: Last(region.rendering.items, _Since(self._log, region.position).has_not_changed)
            for region in regions
            if region.rendering is not None and region.position is not None
        }

    def _looks(self, viewer: Viewer, region: LiveRegion) -> bool:
        return any(one.has_joined and one.viewer == viewer for one in region.subscribers.values())

    # On a thread that renders.

    def _render(
        self, address: Address, viewer: Viewer, wanted: list[tuple[str, str]], last: dict[str, Last]
    ) -> None:
        began = self._clock()
        seen = self._log.seen()
        result = _replay(address, viewer, frozenset(region_id for _, region_id in wanted), last)
        seconds = self._clock() - began
        self._inbox.put(
            partial(self._rendered, [channel for channel, _ in wanted], viewer, result, began, seconds, seen)
        )

    def _look(
        self, address: Address, viewer: Viewer, wanted: frozenset[str], is_doubted: bool = False
    ) -> None:
        """Ask the site whether a viewer may see a page, of whom another process has said so, or nobody."""
        self._inbox.put(partial(self._looked, address, viewer, _replay(address, viewer, wanted), is_doubted))

    # On the engine's thread.

    def _looked(
        self, address: Address, viewer: Viewer, result: PageRendering | Denied, is_doubted: bool
    ) -> None:
        if is_doubted:
            self._asked -= 1
            self._ask_doubted()
        key = ("access", address, viewer)
        held = list(self._accesses.get(key, ()))
        if isinstance(result, Denied):
            self._expel(held, telling.AGAIN if result.is_failure else telling.DENIED)
            return
        self.memory.remember(result)
        self._keep_access(key, access_of(result))
        for channel, socket_id in held:
            region = self._regions[channel]
            rendering = result.regions.get(region.id)
            if rendering is not None and rendering.channel != channel:
                self._expel([(channel, socket_id)], telling.AGAIN)
            elif rendering is not None and region.rendering is None:
                self._told(region, viewer, result)

    def _keep_access(self, key: _Access, access: Access) -> None:
        """Follow what decided that a viewer may see a page; what has changed meanwhile is asked again."""
        held = self._accesses.get(key)
        if held is None:
            return
        self._index.remove(key)
        self._index.add(key, access.read_set)
        if concern(self._log.since(access.position), access.read_set):
            self._expel(held, telling.AGAIN)

    def _rendered(
        self,
        channels: list[str],
        viewer: Viewer,
        result: PageRendering | Denied,
        began: float,
        seconds: float,
        seen: Seen,
    ) -> None:
        self.renderings += 1
        for channel in channels:
            region = self._regions.get(channel)
            held = self._held.pop(channel, None)
            if region is None:
                continue
            region.is_rendering = False
            region.rendered(began, seconds)
            self._sharing.has_got(region)
            if isinstance(result, Denied):
                self._denied(region, viewer, result)
            elif self._told(region, viewer, result):
                region.seen, region.is_adopted = seen, False
                self._offer(region, seen, seconds)
            else:
                self._sharing.withdraw(region)
            if held is not None and self._sharing.is_left(region):
                self._offered(held)
        if not isinstance(result, Denied):
            self._keep_access(("access", result.address, viewer), access_of(result))

    def _denied(self, region: LiveRegion, viewer: Viewer, denied: Denied) -> None:
        if denied.is_failure:
            logger.error(
                "The region %s of %s could not be rendered: its pages show what they had (status %d).",
                region.id,
                region.address,
                denied.status,
            )
            region.failed(self._clock())
            self._sharing.withdraw(region)
            self._soil([region])
            telling.tell(region.channel, {"r": region.id, **telling.STALE})
            return
        self.memory.refuse(region.address, viewer)
        self._refuse(region, viewer, telling.DENIED)

    def _refuse(self, region: LiveRegion, viewer: Viewer, verdict: Mapping[str, Any]) -> None:
        """Render for another one: this one may not see the region, or not this rendering."""
        held = [
            (region.channel, one.socket_id) for one in region.subscribers.values() if one.viewer == viewer
        ]
        self._expel(held, verdict)
        if region.subscribers:
            region.not_before = 0.0
            self._sharing.withdraw(region)
            self._soil([region])

    def _told(self, region: LiveRegion, viewer: Viewer, result: PageRendering) -> bool:
        """Show what a page has become to those who look at a region, if it is theirs still. Whether it is."""
        rendering = result.regions.get(region.id)
        if rendering is None:
            # What it is in does not show it any more, and says so itself.
            return False
        if rendering.channel != region.channel:
            self.memory.remember(result)
            self._refuse(region, viewer, telling.AGAIN)
            return False
        self._show(region, rendering, result.position)
        return True

    def _show(self, region: LiveRegion, rendering: RegionRendering, position: Position) -> None:
        before = region.tree
        self._keep(region, rendering, position)
        after = rendering.tree
        # Those first that are behind: what all get next is nothing new to them then.
        for socket_id in sorted(region.behind):
            if region.subscribers[socket_id].version != after.digest:
                telling.tell(region.channel, telling.whole(region.id, after), only=socket_id)
        region.behind.clear()
        if region.failures:
            telling.tell(region.channel, telling.whole(region.id, after))
        elif before is not None:
            ops = diff(before, after)
            if ops is not None:
                telling.tell(region.channel, telling.patch(region.id, before, after, ops))
        region.failures = 0

    # What other processes render, and this one for them.

    def _has_come(self, process: str, channels: Iterable[str]) -> None:
        for channel in channels:
            region = self._regions.get(channel)
            if region is not None:
                self._sharing.has_come(process, region)

    def _has_gone(self, process: str, channels: Iterable[str]) -> None:
        self._soil([self._regions[one] for one in channels if self._sharing.has_gone(process, one)])

    def _offer(self, region: LiveRegion, seen: Seen, seconds: float) -> None:
        if region.rendering is not None and self._sharing.is_wanted(region):
            self._pool.submit(self._sharing.offer, Offer(region.rendering, seen, seconds))

    def _offered(self, offer: Offer) -> None:
        """Show what another process has rendered, unless something newer is shown, or about to be."""
        region = self._regions.get(offer.rendering.channel)
        if region is None:
            return
        if region.is_rendering:
            self._held[region.channel] = offer
            return
        position = self._log.position()
        beyond = self._log.beyond(offer.seen)
        if beyond is None:
            return
        read_set = offer.rendering.reads.read_set
        lacking = [seconds for seconds, change in beyond if concern([change], read_set)]
        if lacking and (region.seen is None or not offer.seen.has_all_of(region.seen)):
            return
        region.pause(self._clock(), offer.seconds)
        self._sharing.has_got(region)
        # A page that was loaded since it began may show more.
        began = min(offer.seen.time, position.time - offer.seconds)
        self._show(region, offer.rendering, replace(position, time=began))
        region.seen, region.is_adopted = offer.seen, True
        if lacking and not self._leave_to_others(region, max(lacking)):
            self._soil([region])


def _nobody(name: str, line: bytes) -> None:
    """There is no other process."""


class _Since:
    """What has changed since a rendering, looked up when the next one has begun."""

    def __init__(self, changes: ChangeLog, position: Position) -> None:
        self._log = changes
        self._position = position

    @cached_property
    def _changes(self) -> tuple[Change, ...] | None:
        since = self._log.all_since(self._position)
        return None if since is None else tuple(since)

    def has_not_changed(self, read_set: ReadSet) -> bool:
        """Whether nothing has changed of what was read."""
        return not concern(self._changes, read_set)


def _replay(
    address: Address, viewer: Viewer, wanted: frozenset[str], last: dict[str, Last] | None = None
) -> PageRendering | Denied:
    try:
        with own_connections():
            return replay(address, viewer, wanted, last)
    except Exception:
        logger.exception("%s could not be rendered again.", address)
        return Denied(500)
