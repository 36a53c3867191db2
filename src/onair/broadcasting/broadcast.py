"""What a model announces: the choices of ``@onair.broadcasts``, checked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import CompositePrimaryKey, Field, Model
from django.utils.module_loading import import_string

from onair.exceptions import ConfigurationError
from onair.model_channels import PRIVATE
from onair.payloads import looks_secret

CREATED = "created"
UPDATED = "updated"
DELETED = "deleted"

#: What hooks are asked about. A fourth, for many rows at once, they are not.
EVENTS = (CREATED, UPDATED, DELETED)
CHANGED = "changed"

#: Beyond so many objects of a model, one event says that they have changed.
MANY = 100


@dataclass(frozen=True, slots=True)
class Choices:
    """The arguments of ``@onair.broadcasts``; see there.

    Raises:
        ConfigurationError: one of them means nothing, or two contradict each other.
    """

    fields: frozenset[str] | None = None
    exclude: frozenset[str] | None = None
    serializer: type | str | None = None
    events: Collection[str] = EVENTS
    public: bool = False
    many: int = MANY

    def __post_init__(self) -> None:
        _check_events(self.events)
        if self.fields is not None and self.serializer is not None:
            raise ConfigurationError(
                "@onair.broadcasts got fields and serializer: the serializer chooses the fields. Keep one."
            )
        if not isinstance(self.serializer, type | str | None):
            raise ConfigurationError(
                f"@onair.broadcasts(serializer={self.serializer!r}): it is a serializer's class, or its "
                'dotted path, like "news.serializers.ArticleSerializer".'
            )
        if type(self.many) is not int or self.many < 1:
            raise ConfigurationError(
                f"@onair.broadcasts(many={self.many!r}): it is a whole number above 0, of objects."
            )


def _check_events(events: Any) -> None:
    is_list = isinstance(events, Collection) and not isinstance(events, str)
    if not (is_list and events and all(event in EVENTS for event in events)):
        raise ConfigurationError(
            f"@onair.broadcasts(events={events!r}): it is a list of some of {', '.join(EVENTS)}."
        )


@dataclass(frozen=True, eq=False)
class Broadcast:
    """A model, and what it announces.

    Raises:
        ConfigurationError: the choices name fields that the model does not have.
    """

    model: type[Model]
    choices: Choices

    def __post_init__(self) -> None:
        known = set(self.names)
        for option, names in (("fields", self.choices.fields), ("exclude", self.choices.exclude)):
            if unknown := sorted((names or frozenset()) - known):
                raise ConfigurationError(
                    f"@onair.broadcasts({option}=…) of {self.label} names {', '.join(unknown)}. "
                    f"Its fields are {', '.join(sorted(known))}."
                )

    @property
    def label(self) -> str:
        return self.model._meta.label

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all fields that have a value of their own, or are many-to-many."""
        options = self.model._meta
        fields = (*options.concrete_fields, *options.private_fields, *options.many_to_many)
        return tuple(field.name for field in fields if _has_value(field))

    @property
    def excluded(self) -> frozenset[str]:
        return self.choices.exclude or frozenset()

    @cached_property
    def payload_fields(self) -> frozenset[str]:
        """The fields that are sent where neither a serializer nor a hook says what is."""
        chosen = self.choices.fields
        if chosen is None:
            concrete = (field.name for field in self.model._meta.concrete_fields)
            chosen = frozenset(name for name in concrete if not looks_secret(name))
        return chosen - self.excluded

    @cached_property
    def told_fields(self) -> frozenset[str]:
        """The fields of which readers may know that they have changed: those that they are sent."""
        chosen = self.choices.fields
        if self.choices.serializer is not None:
            chosen = self._serialized_fields()
        if chosen is None:
            chosen = frozenset(name for name in self.names if not looks_secret(name))
        return chosen - self.excluded

    @property
    def prefix(self) -> str:
        """What the names of the model's own channels begin with."""
        return "" if self.choices.public else PRIVATE

    @property
    def has_object_channels(self) -> bool:
        """Whether each object has a channel of its own. A key of several columns names none."""
        return not isinstance(self.model._meta.pk, CompositePrimaryKey)

    def event_name(self, event: str) -> str:
        """Return the name of an event by convention, like ``article.created``."""
        return f"{self.model._meta.model_name}.{event}"

    def serializer(self) -> Any:
        """Return the serializer's class, None where there is none.

        Raises:
            ImportError: there is nothing at its dotted path.
        """
        chosen = self.choices.serializer
        return import_string(chosen) if isinstance(chosen, str) else chosen

    def _serialized_fields(self) -> frozenset[str]:
        """Return the fields that the serializer reads for what it shows."""
        shown = (field for field in self.serializer()().fields.values() if not field.write_only)
        return frozenset(field.source.partition(".")[0] for field in shown)


def _has_value(field: object) -> bool:
    return isinstance(field, Field) and not isinstance(field, CompositePrimaryKey)
