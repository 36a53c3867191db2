"""What the processes of a site say of themselves, put together. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from onair.inspector.record import (
    MOST_SHOWN,
    ChannelView,
    ConnectionView,
    EventTrace,
    ProcessView,
    RegionView,
    Stage,
    Step,
)

#: Seconds by which the clocks of two processes may differ.
SKEW = 1.0


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection, and the process that has it."""

    process: ProcessView
    view: ConnectionView

    @property
    def live_key(self) -> str:
        """What tells it from others in a live list."""
        return self.view.socket_id


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of all processes. ``members`` are the ids of users, None where it has none."""

    name: str
    prefix: str
    subscriptions: int
    members: tuple[str, ...] | None

    @property
    def live_key(self) -> str:
        """What tells it from others in a live list."""
        return self.name


@dataclass(frozen=True, slots=True)
class Region:
    """A live region, and the process that renders it."""

    process: ProcessView
    view: RegionView

    @property
    def live_key(self) -> str:
        """What tells it from others in a live list."""
        return f"{self.process.id}-{self.view.channel}"


@dataclass(frozen=True, slots=True)
class Event:
    """An event, as all processes have seen it.

    Args:
        ids: under which the processes know it.
        steps: its path, in the order of time.
    """

    ids: tuple[str, ...]
    name: str
    channels: tuple[str, ...]
    digest: str
    size: int
    from_client: bool
    steps: tuple[Step, ...]

    @property
    def live_key(self) -> str:
        """What tells it from others in a live list."""
        return self.ids[0]

    @property
    def began(self) -> float:
        """When the first step was seen, in seconds since 1970."""
        return self.steps[0].at

    @property
    def delivered(self) -> int | None:
        """How many sockets it was delivered to, None where no process has said so."""
        counts = [step.count for step in self.steps if step.count is not None]
        return sum(counts) if counts else None

    @property
    def state(self) -> Stage:
        """How far it has come: delivered, where one process has somebody who listens."""
        stages = [step.stage for step in self.steps]
        if Stage.DELIVERED in stages:
            return Stage.DELIVERED
        return Stage.DROPPED if Stage.DROPPED in stages else stages[-1]

    @property
    def why(self) -> str:
        """Why it was dropped."""
        return next((step.why for step in self.steps if step.why), "")

    @property
    def seconds(self) -> float | None:
        """From its publication to the last delivery, None where either was not seen."""
        if self.steps[0].stage is not Stage.PUBLISHED or self.state is not Stage.DELIVERED:
            return None
        return max(step.at for step in self.steps if step.stage is Stage.DELIVERED) - self.began


@dataclass(frozen=True, slots=True)
class SiteView:
    """All that is known of a site."""

    processes: tuple[ProcessView, ...]
    connections: tuple[Connection, ...]
    channels: tuple[Channel, ...]
    regions: tuple[Region, ...]
    events: tuple[Event, ...]
    connection_count: int
    channel_count: int
    region_count: int
    rates: tuple[int, ...]

    @property
    def has_sockets(self) -> bool:
        """Whether any of the processes holds sockets."""
        return any(process.sockets is not None for process in self.processes)

    @property
    def median(self) -> float | None:
        """The seconds that half of the events took at most, from publication to delivery."""
        times = sorted(self.latencies)
        return times[len(times) // 2] if times else None

    @property
    def latencies(self) -> tuple[float, ...]:
        """The seconds from publication to delivery of each event of which both were seen, oldest first."""
        return tuple(seconds for event in reversed(self.events) if (seconds := event.seconds) is not None)


def merge(views: Iterable[ProcessView]) -> SiteView:
    """Put together what processes say, the newest of each."""
    processes = _newest(views)
    sockets = [(process, process.sockets) for process in processes if process.sockets is not None]
    channels = _channels([channel for _, one in sockets for channel in one.channels])
    return SiteView(
        processes=processes,
        connections=tuple(Connection(process, view) for process, one in sockets for view in one.connections)[
            :MOST_SHOWN
        ],
        channels=channels[:MOST_SHOWN],
        regions=tuple(Region(process, view) for process, one in sockets for view in one.regions)[:MOST_SHOWN],
        events=join([trace for process in processes for trace in process.events])[:MOST_SHOWN],
        connection_count=sum(one.connection_count for _, one in sockets),
        # What a process does not list is counted as if no other had it.
        channel_count=len(channels) + sum(one.channel_count - len(one.channels) for _, one in sockets),
        region_count=sum(one.region_count for _, one in sockets),
        rates=_added([one.rates for _, one in sockets]),
    )


def join(traces: Sequence[EventTrace]) -> tuple[Event, ...]:
    """Put together what several processes have seen of the same events, the newest first.

    An event has no id on its way, so it is known by its name and data. Of two that are alike, the first that
    was published is the first that arrives.
    """
    events: list[Event] = []
    sources: list[set[tuple[str, str]]] = []
    by_name: dict[str, list[int]] = {}
    for trace in sorted(traces, key=_when):
        source = (trace.id.partition("-")[0], "".join(trace.channels[:1]))
        known = by_name.setdefault(trace.name, [])
        fitting = (n for n in known if source not in sources[n] and _fits(events[n], trace))
        place = next(fitting, None) if trace.is_arrival else None
        if place is None:
            known.append(len(events))
            events.append(_alone(trace))
            sources.append({source})
        else:
            events[place] = _with(events[place], trace)
            sources[place].add(source)
    return tuple(sorted(events, key=lambda event: event.began, reverse=True))


def _when(trace: EventTrace) -> float:
    """When a trace is looked at: another process may have seen an arrival before the publication."""
    return trace.steps[0].at + (SKEW if trace.is_arrival else 0.0)


def _fits(event: Event, trace: EventTrace) -> bool:
    """Whether an arrival may be that of an event; what is encrypted on its way is known by its name alone."""
    (channel,) = trace.channels
    is_same = event.digest == trace.digest or not (event.digest and trace.digest)
    return is_same and channel in event.channels and event.from_client == trace.from_client


def _alone(trace: EventTrace) -> Event:
    return Event(
        (trace.id,), trace.name, trace.channels, trace.digest, trace.size, trace.from_client, trace.steps
    )


def _with(event: Event, trace: EventTrace) -> Event:
    steps = tuple(sorted((*event.steps, *trace.steps), key=lambda step: step.at))
    return replace(event, ids=(*event.ids, trace.id), steps=steps)


def _newest(views: Iterable[ProcessView]) -> tuple[ProcessView, ...]:
    """The last words of each process, those with sockets first."""
    found: dict[str, ProcessView] = {}
    for view in views:
        if view.id not in found or found[view.id].at < view.at:
            found[view.id] = view
    return tuple(sorted(found.values(), key=lambda one: (one.sockets is None, one.host, one.pid)))


def _channels(views: Iterable[ChannelView]) -> tuple[Channel, ...]:
    """The channels of all processes, those with the most subscriptions first."""
    found: dict[str, Channel] = {}
    for view in views:
        before = found.get(view.name)
        if before is None:
            found[view.name] = Channel(view.name, view.prefix, view.subscriptions, view.members)
            continue
        members = None
        if before.members is not None or view.members is not None:
            members = tuple(dict.fromkeys([*(before.members or ()), *(view.members or ())]))
        found[view.name] = replace(
            before, subscriptions=before.subscriptions + view.subscriptions, members=members
        )
    return tuple(sorted(found.values(), key=lambda one: (-one.subscriptions, one.name)))


def _added(rates: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """The sums of what was counted in each second, the newest last."""
    longest = max(map(len, rates), default=0)
    padded = [(*(0,) * (longest - len(one)), *one) for one in rates]
    return tuple(map(sum, zip(*padded, strict=True)))
