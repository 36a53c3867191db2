"""The mixin that says what a view writes, and the view that hears which channels are occupied.

Put the mixin before the view's class, as in ``class ArticleViewSet(ModelPusherViewMixin, ModelViewSet)``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from typing import Any

from django.db.models import Model
from rest_framework.generics import CreateAPIView
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer

from onair.changes.writing import writing
from onair.publishing.api import socket_id
from onair.rest.authentication import PusherWebhookAuthentication
from onair.rest.backends import PusherBackend, get_models_pusher_backends
from onair.rest.exceptions import ModelPusherException
from onair.rest.packets import Packet, channel_list, without_doubles
from onair.rest.providers import PusherProvider
from onair.rest.sending import held, name_of, report
from onair.rest.serializers import ChannelExistenceSerializer
from onair.rest.signals import view_post_save


class _Registered:
    """The backends of a view's model, where the view names none. They are looked up when they are needed."""

    def __get__(self, view: ModelPusherViewMixin | None, cls: type) -> list[type[PusherBackend]]:
        return [] if view is None else view.get_models_pusher_backends()


class ModelPusherViewMixin:
    """Say what a view of Django REST framework creates, updates and deletes, by its model's backends.

    The view has ``get_pusher_channels()``. An event leaves after the commit; nothing that goes wrong reaches
    the client. Each of the flags can be an attribute of the class, or go to ``as_view()``.
    """

    PUSH_CREATE = "create"
    PUSH_UPDATE = "update"
    PUSH_DELETE = "delete"

    #: The classes of the backends that speak; those that are registered for the view's model, unless it names
    #: others.
    pusher_backends: Any = _Registered()
    #: Whether creations are said.
    push_creations = True
    #: Whether updates are said.
    push_updates = True
    #: Whether deletions are said.
    push_deletions = True

    def get_pusher_channels(self) -> list[str]:
        """Return the channels that hear of what the view writes, ``[]`` for none."""
        raise NotImplementedError(f"{type(self).__name__} must implement the `get_pusher_channels` method")

    def get_pusher_backends(self) -> list[PusherBackend]:
        """Return the backends that speak for this view."""
        classes = self.pusher_backends or self.get_models_pusher_backends()
        return [backend(view=self) for backend in classes]

    def get_models_pusher_backends(self) -> list[type[PusherBackend]]:
        """Return the backends that are registered for the view's model.

        Raises:
            ModelPusherException: the view has neither queryset nor serializer to say which model it is.
        """
        model = next(self._models(), None)
        if model is None:
            raise ModelPusherException(
                f"{name_of(self)} has no model: set its queryset, or the serializer_class with a model."
            )
        return get_models_pusher_backends(model)

    def push_changes(self, event: str = PUSH_UPDATE, instance: Any = None, pre_destroy: bool = False) -> None:
        """Let every backend say that something happened to an instance.

        Args:
            event: what happened: one of ``PUSH_CREATE`` and so on, or a word of your own.
            pre_destroy: whether the instance is about to be deleted.
        """
        packets: list[Packet] = []
        for backend in self.get_pusher_backends():
            backend.collected = packets
            backend.push_change(event, instance, pre_destroy=pre_destroy)
        for packet in without_doubles(packets):
            packet.say()

    def push(
        self, channel: str | list[str], event_name: str, data: Any, socket_id: str | None = None
    ) -> None:
        """Send an event of your own, after the commit.

        Args:
            channel: one name, or a list of them.
            socket_id: the socket that does not get it.
        """
        view_post_save.send_robust(
            sender=type(self),
            instance=self,
            channels=channel_list(channel, name_of(self)),
            event_name=event_name,
            data=data,
            socket_id=socket_id,
            provider_class=PusherProvider,
        )

    def perform_create(self, serializer: Any) -> None:
        with self._writing():
            super().perform_create(serializer)  # type: ignore[misc] # a mixin of views
        if self.push_creations:
            self._say(self.PUSH_CREATE, serializer.instance)

    def perform_update(self, serializer: Any) -> None:
        with self._writing():
            super().perform_update(serializer)  # type: ignore[misc] # a mixin of views
        if self.push_updates:
            self._say(self.PUSH_UPDATE, serializer.instance)

    def perform_destroy(self, instance: Any) -> None:
        with held():
            if self.push_deletions:
                # Before the row goes, since after it nothing is left to serialise.
                self._say(self.PUSH_DELETE, instance, pre_destroy=True)
            with self._writing():
                super().perform_destroy(instance)  # type: ignore[misc] # a mixin of views

    def _writing(self) -> AbstractContextManager[None]:
        """Spare the page that writes what its model announces of it, as the backends spare it."""
        return writing(socket_id(getattr(self, "request", None)))

    def _say(self, event: str, written: Any, pre_destroy: bool = False) -> None:
        """Push a change; the write has happened, and stands whatever goes wrong here."""
        try:
            for instance in written if isinstance(written, list) else [written]:
                self.push_changes(event=event, instance=instance, pre_destroy=pre_destroy)
        except Exception as error:  # a project's own code may raise what it likes
            report(self, repr(event), error)

    def _models(self) -> Iterator[type[Model]]:
        """Yield the model of the view's objects, from wherever the view says it."""
        queryset = getattr(self, "queryset", None)
        if queryset is not None:
            yield queryset.model
        # A view's own code asserts what it needs, and may need a request.
        with suppress(Exception):
            yield self.get_serializer_class().Meta.model  # type: ignore[attr-defined] # generic views have it
        with suppress(Exception):
            yield self.get_queryset().model  # type: ignore[attr-defined] # generic views have it


class ChannelExistenceWebhook(CreateAPIView):  # type: ignore[misc] # DRF has no types
    """Hears from the server which channels are occupied and vacated, and writes it into Django's cache.

    The signature says who speaks, so that nothing else of the site's defaults decides.
    """

    authentication_classes = (PusherWebhookAuthentication,)
    permission_classes = (AllowAny,)
    throttle_classes = ()
    parser_classes = (JSONParser,)
    renderer_classes = (JSONRenderer,)
    versioning_class = None
    serializer_class = ChannelExistenceSerializer
