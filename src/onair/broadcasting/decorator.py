"""``@onair.broadcasts``: one line on a model, and every write to it is an event."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar, overload

from django.apps import apps
from django.db.models import Model
from django.db.models.fields.related import lazy_related_operation
from django.db.models.signals import class_prepared

from onair.broadcasting import loaded
from onair.broadcasting.announce import announce
from onair.broadcasting.broadcast import EVENTS, MANY, Broadcast, Choices
from onair.broadcasting.hooks import check_hooks
from onair.broadcasting.registry import registry
from onair.changes import interest
from onair.exceptions import ConfigurationError
from onair.payloads import FieldNames, field_names

_Model = TypeVar("_Model", bound=type[Model])


@overload
def broadcasts(model: _Model, /) -> _Model: ...


@overload
def broadcasts(
    *,
    fields: FieldNames = None,
    exclude: FieldNames = None,
    serializer: type | str | None = None,
    events: Collection[str] = EVENTS,
    public: bool = False,
    many: int = MANY,
) -> Callable[[_Model], _Model]: ...


def broadcasts(
    model: Any = None,
    /,
    *,
    fields: FieldNames = None,
    exclude: FieldNames = None,
    serializer: type | str | None = None,
    events: Collection[str] = EVENTS,
    public: bool = False,
    many: int = MANY,
) -> Any:
    """Announce every write to a model, whoever makes it, after its commit.

    Article 7 of the app news is announced as ``article.created``, ``article.updated`` or ``article.deleted``
    on ``private-news.article`` and ``private-news.article.7``, which users join who have the ``view``
    permission. The data is ``{"id": 7, "object": {…}}``, and of an update ``"changed"`` with the fields'
    names. Of many objects at once, and of upserts, one ``article.changed`` says which.

    On an abstract model it is for each concrete subclass. The model may have methods that decide otherwise:
    ``broadcast_on``, ``broadcast_as``, ``broadcast_with``, ``broadcast_when``.

    Args:
        fields: the fields to send, instead of all concrete ones that do not look secret.
        exclude: the fields neither to send nor to name.
        serializer: a class of Django REST framework, or its dotted path, that makes ``object``.
        events: which of created, updated and deleted to announce.
        public: everybody may listen: the channels are ``news.article`` and ``news.article.7``.
        many: of more objects in one transaction, one event says that they have changed.

    Raises:
        ConfigurationError: the model, an argument or a hook cannot be used.
    """
    choices = Choices(field_names(fields), field_names(exclude), serializer, events, public, many)

    def decorate(model: _Model) -> _Model:
        _add(model, choices)
        return model

    return decorate if model is None else decorate(model)


def _add(model: Any, choices: Choices) -> None:
    if not (isinstance(model, type) and issubclass(model, Model)):
        raise ConfigurationError(
            f"@onair.broadcasts stands on a model's class, not on {model!r}; its arguments have names."
        )
    if model._meta.proxy:
        concrete: Any = model._meta.concrete_model
        raise ConfigurationError(
            f"{model._meta.label} is a proxy: its rows are {concrete._meta.label}'s. Put @onair.broadcasts "
            "there."
        )
    check_hooks(model)
    if model._meta.abstract:
        registry.add_abstract(model, choices)
        class_prepared.connect(_inherit, dispatch_uid="onair.broadcasting")
    else:
        _start(model, choices)


def _inherit(sender: type[Model], **kwargs: Any) -> None:
    """Let a concrete model announce whose abstract base does. A migration's models are others."""
    choices = registry.inherited(sender)
    if choices is not None and not sender._meta.proxy and sender._meta.apps is apps:
        check_hooks(sender)
        _start(sender, choices)


def _start(model: type[Model], choices: Choices) -> None:
    registry.add(Broadcast(model, choices))
    interest.listen(announce)
    loaded.track(model)
    for table in (model, *model._meta.all_parents):
        interest.watch(table)
    for field in model._meta.many_to_many:
        remote: Any = field.remote_field
        lazy_related_operation(_watch_link, model, remote.model, remote.through)


def _watch_link(model: type[Model], related: type[Model], through: type[Model]) -> None:
    registry.forget_routes()
    interest.watch(through)
