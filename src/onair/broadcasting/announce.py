"""From a commit to its events, on the thread that has committed. What goes wrong is logged and counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from onair.broadcasting import audience, hooks, instances, payload
from onair.broadcasting.broadcast import CHANGED, UPDATED, Broadcast
from onair.broadcasting.hooks import HookFailed
from onair.broadcasting.pending import Gathered, Pending, gather, is_wanted, with_links
from onair.broadcasting.registry import registry
from onair.changes.change import Commit, Kind
from onair.exceptions import OnAirError
from onair.protocol.publication import MAX_CHANNELS
from onair.publishing import dispatch, failures, stats
from onair.publishing.event import Event


def announce(commit: Commit) -> None:
    """Say what a commit has done to the objects of models that announce."""
    if commit.silent:
        return
    gathered = gather(commit, registry.routes)
    with dispatch.batch():
        for broadcast, objects in _by_model(_objects(gathered, commit.using)).items():
            _Announcement(broadcast, commit.using).make(objects)
        for broadcast, excludes in gathered.unknown.items():
            _Announcement(broadcast, commit.using).say_unknown(excludes)


def _objects(gathered: Gathered, using: str) -> Iterable[Pending]:
    if not gathered.links:
        return gathered.objects
    try:
        return with_links(gathered, instances.owners(gathered.links, using))
    except Exception as error:
        _report(f"Links to {gathered.links[0][0].broadcast.label}", "Whose they are cannot be read.", error)
        return gathered.objects


def _by_model(objects: Iterable[Pending]) -> dict[Broadcast, list[Pending]]:
    by_model: defaultdict[Broadcast, list[Pending]] = defaultdict(list)
    for pending in filter(is_wanted, objects):
        by_model[pending.broadcast].append(pending)
    return by_model


@dataclass(frozen=True, slots=True)
class _Announcement:
    """What one commit to a database does to the objects of one model."""

    broadcast: Broadcast
    using: str

    def make(self, objects: list[Pending]) -> None:
        """Say of each object what happened to it; of many, and of upserts, only which they are."""
        try:
            self._make(objects)
        except Exception as error:
            self._report("read", f"What happened to {len(objects)} of them was not announced.", error)

    def say_unknown(self, excludes: set[str | None]) -> None:
        """Say that some objects have changed, and nobody knows which.

        Only the model's own channel is told, whatever the hooks say: they need an object.
        """
        channels = [audience.model_channel(self.broadcast)]
        self._send(channels, self._changed, payload.data_of_many(None), _only(excludes))

    def _make(self, objects: list[Pending]) -> None:
        if self._are_many(objects):
            objects = self._confirmed(objects)
        are_many = self._are_many(objects)
        together = [pending for pending in objects if are_many or pending.kind is Kind.CHANGED]
        singly = [] if are_many else [pending for pending in objects if pending.kind is not Kind.CHANGED]
        by_hooks = hooks.depends_on_object(self.broadcast.model)
        found = self._instances([*singly, *together] if by_hooks else singly)
        for pending in singly:
            if instance := found.get(pending.key):
                self._say(pending, instance)
        if together and by_hooks:
            self._say_together_by_hooks(together, found)
        elif together:
            self._say_together(together)

    def _are_many(self, objects: list[Pending]) -> bool:
        return len(objects) > self.broadcast.choices.many

    def _confirmed(self, objects: list[Pending]) -> list[Pending]:
        """Return the objects without those that turn out to be of no row of this model."""
        doubtful = [pending for pending in objects if not pending.is_certain]
        if not doubtful:
            return objects
        keys = instances.existing(doubtful, self.using)
        return [pending for pending in objects if pending.is_certain or pending.key in keys]

    def _instances(self, objects: list[Pending]) -> dict[Any, Model]:
        """Return the objects by their keys, without those that are gone by now."""
        made = {pending.key: instances.made(pending, self.using) for pending in objects}
        to_read = [pending for pending in objects if made[pending.key] is None]
        known = {key: instance for key, instance in made.items() if instance is not None}
        return known | instances.read(to_read, self.using)

    def _say(self, pending: Pending, instance: Model) -> None:
        event = pending.kind.value
        try:
            channels = audience.channels_for(pending, instance, event)
            if not channels:
                return
            name = audience.name_for(pending, instance, event)
            data = payload.data_of(pending, instance, event)
        except HookFailed as failed:
            self._report_hook(failed, f"{self.broadcast.event_name(event)} of {pending.key!r}")
            return
        self._send(channels, name, data, pending.exclude, small=payload.small_data_of(pending))

    def _say_together(self, objects: list[Pending]) -> None:
        """Say on the model's channel which objects have changed, and on the channel of each that it has."""
        keys = [pending.key for pending in objects]
        exclude = _only({pending.exclude for pending in objects})
        nothing_known = payload.data_of_many(None)
        channels = [audience.model_channel(self.broadcast)]
        self._send(channels, self._changed, payload.data_of_many(keys), exclude, small=nothing_known)
        self._send(audience.object_channels(self.broadcast, keys), self._changed, nothing_known, exclude)

    def _say_together_by_hooks(self, objects: list[Pending], found: dict[Any, Model]) -> None:
        """Say on each channel that the hooks name which objects they name it for, and of no others."""
        by_channel: defaultdict[str, list[Pending]] = defaultdict(list)
        for pending in objects:
            instance = found.get(pending.key)
            for channel in [] if instance is None else self._channels_of_changed(pending, instance):
                by_channel[channel].append(pending)
        by_objects: defaultdict[tuple[int, ...], list[str]] = defaultdict(list)
        for channel, named in by_channel.items():
            by_objects[tuple(map(id, named))].append(channel)
        for channels in by_objects.values():
            named = by_channel[channels[0]]
            data = payload.data_of_many([pending.key for pending in named])
            exclude = _only({pending.exclude for pending in named})
            self._send(channels, self._changed, data, exclude, small=payload.data_of_many(None))

    def _channels_of_changed(self, pending: Pending, instance: Model) -> list[str]:
        event = UPDATED if pending.kind is Kind.CHANGED else pending.kind.value
        try:
            return audience.channels_for(pending, instance, event)
        except HookFailed as failed:
            self._report_hook(failed, f"{self._changed} of {pending.key!r}")
            return []

    @property
    def _changed(self) -> str:
        return self.broadcast.event_name(CHANGED)

    def _send(
        self,
        channels: Sequence[str],
        name: str,
        data: Any,
        exclude: str | None,
        *,
        small: Any = None,
    ) -> None:
        """Send an event; where its data is above the limit, with the small data."""
        for start in range(0, len(channels), MAX_CHANNELS):
            to = tuple(channels[start : start + MAX_CHANNELS])
            instead = None if small is None else Event(to, name, small, exclude)
            try:
                dispatch.send(Event(to, name, data, exclude), using=self.using, instead=instead)
            except OnAirError as error:
                origin = payload.origin_of(self.broadcast)
                self._report(origin, f"{name}, of {origin}, was not announced: {error}", error)

    def _report_hook(self, failed: HookFailed, what: str) -> None:
        error = failed.__cause__
        self._report(
            f"{failed.hook} {type(error).__name__}",
            f"{failed.hook} raised {error!r}: {what} was not announced.",
            error,
        )

    def _report(self, kind: str, message: str, error: BaseException | None) -> None:
        _report(self.broadcast.label, message, error, kind)


def _report(what: str, message: str, error: BaseException | None, kind: str = "") -> None:
    stats.add(failed=1)
    failures.report(f"{what} {kind}", f"{what}: the write stands. {message}", error=error)


def _only(excludes: set[str | None]) -> str | None:
    """Return the socket that wrote all of it, and is spared."""
    return next(iter(excludes)) if len(excludes) == 1 else None
