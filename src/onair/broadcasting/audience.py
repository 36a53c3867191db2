"""Where an event goes: the channels that hooks name, or those of the convention."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from onair.broadcasting import hooks
from onair.broadcasting.broadcast import Broadcast
from onair.broadcasting.pending import Pending
from onair.broadcasting.registry import registry
from onair.model_channels import PRIVATE, channel_of, object_channel
from onair.protocol.names import MAX_NAME_LENGTH
from onair.publishing.event import check_channel, check_name


def channels_for(pending: Pending, instance: Model, event: str) -> list[str]:
    """Return who is told of an event about one object; nobody is an empty list.

    Raises:
        HookFailed: a hook raised an error, or names what is no channel.
    """
    if not _is_told(instance, event):
        return []
    named = hooks.ask(instance, hooks.ON, event)
    if named is None:
        return [model_channel(pending.broadcast), *object_channels(pending.broadcast, [pending.key])]
    return hooks.guarded(f"{pending.broadcast.label}.{hooks.ON}()", lambda: _named(named))


def name_for(pending: Pending, instance: Model, event: str) -> str:
    """Return the name of an event about one object.

    Raises:
        HookFailed: the hook raised an error, or what it says is no name.
    """
    named = hooks.ask(instance, hooks.AS, event)
    if named is None:
        return pending.broadcast.event_name(event)
    hooks.guarded(f"{pending.broadcast.label}.{hooks.AS}()", lambda: check_name(named))
    return str(named)


def model_channel(broadcast: Broadcast) -> str:
    """Return the channel of all objects of a model."""
    return channel_of(broadcast.model, broadcast.prefix)


def object_channels(broadcast: Broadcast, keys: Iterable[Any]) -> list[str]:
    """Return the channels of objects. One whose key is too long for a name has none."""
    if not broadcast.has_object_channels:
        return []
    names = (object_channel(broadcast.model, key, broadcast.prefix) for key in keys)
    return [name for name in names if len(name) <= MAX_NAME_LENGTH]


def _is_told(instance: Model, event: str) -> bool:
    return not hooks.has_hook(type(instance), hooks.WHEN) or bool(hooks.ask(instance, hooks.WHEN, event))


def _named(named: Any) -> list[str]:
    """Return the channels that a hook names, each once."""
    listed = named if isinstance(named, Iterable) and not isinstance(named, str | type) else [named]
    channels = dict.fromkeys(map(_channel, listed))
    for channel in channels:
        check_channel(channel)
    return list(channels)


def _channel(named: Any) -> str:
    """Return the channel that a hook names: by its name, or by a model or an object, whose own it is."""
    if isinstance(named, str):
        return named
    model = named if isinstance(named, type) else type(named)
    if not issubclass(model, Model):
        raise TypeError(
            f"{named!r} names no channel: return names, models, objects, or a list of them; None is the "
            "convention, an empty list nobody."
        )
    broadcast = registry.of(model)
    return channel_of(named, PRIVATE if broadcast is None else broadcast.prefix)
