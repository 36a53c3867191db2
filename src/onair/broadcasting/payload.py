"""What an event says of an object."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from onair.broadcasting import hooks
from onair.broadcasting.broadcast import UPDATED, Broadcast
from onair.broadcasting.pending import Pending
from onair.payloads import json_value, model_payload

#: What the browser does where an event does not say it all.
REFETCH = {"refetch": True}


def data_of(pending: Pending, instance: Model, event: str) -> dict[str, Any]:
    """Return the data of an event about one object.

    Raises:
        HookFailed: the site's own code raised an error.
    """
    data = {"id": json_value(pending.key), "object": _object(pending.broadcast, instance, event)}
    if event == UPDATED:
        told = hooks.guarded(f"The serializer of {pending.broadcast.label}", lambda: changed_names(pending))
        data["changed"] = told
    return data


def small_data_of(pending: Pending) -> dict[str, Any]:
    """Return the data for where :func:`data_of` is above the limit."""
    return {"id": json_value(pending.key), **REFETCH}


def data_of_many(keys: list[Any] | None) -> dict[str, Any]:
    """Return the data of an event about several objects, None where nobody knows which."""
    return {"ids": None if keys is None else json_value(keys), **REFETCH}


def changed_names(pending: Pending) -> list[str]:
    """Return the fields that may have changed, as far as readers may know of them."""
    broadcast = pending.broadcast
    columns = pending.columns
    concrete = (
        field.name
        for field in broadcast.model._meta.concrete_fields
        if not field.primary_key and (columns is None or field.attname in columns)
    )
    links = (field.name for field in broadcast.model._meta.many_to_many if field.name in pending.links)
    return [name for name in (*concrete, *links) if name in broadcast.told_fields]


def origin_of(broadcast: Broadcast) -> str:
    """Return what makes the data of a model's objects, for the log."""
    if hooks.has_hook(broadcast.model, hooks.WITH):
        return f"{broadcast.label}.{hooks.WITH}()"
    return f"the {'payload' if broadcast.choices.serializer is None else 'serializer'} of {broadcast.label}"


def _object(broadcast: Broadcast, instance: Model, event: str) -> Any:
    said = hooks.ask(instance, hooks.WITH, event)
    if said is not None:
        return said
    if broadcast.choices.serializer is not None:
        return hooks.guarded(f"the serializer of {broadcast.label}", lambda: _serialized(broadcast, instance))
    names = broadcast.payload_fields - _unknown_fields(instance)
    return hooks.guarded(f"the payload of {broadcast.label}", lambda: model_payload(instance, include=names))


def _serialized(broadcast: Broadcast, instance: Model) -> Any:
    # No request: links are written without a host.
    return broadcast.serializer()(instance, context={"request": None}).data


def _unknown_fields(instance: Model) -> set[str]:
    """Return the fields of a deleted object that nobody knows any more."""
    deferred = instance.get_deferred_fields()
    return {field.name for field in instance._meta.concrete_fields if field.attname in deferred}
