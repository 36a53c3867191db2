"""Backends: each says the writes of a model's views, with a serializer, by a provider.

A backend is registered where it is defined: in an app's ``pusher_backends.py``, which is found by its name.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, ClassVar

from django.db.models import Model

from onair.protocol.names import ChannelKind, kind_of
from onair.publishing.api import SOCKET_ID_HEADERS
from onair.rest.exceptions import ModelPusherException, NoSerializer
from onair.rest.packets import Packet, channel_list
from onair.rest.providers import PusherProvider
from onair.rest.sending import name_of
from onair.rest.signals import view_post_save, view_pre_destroy

#: The backends by their model's name in lower case. Models of two apps may share one.
pusher_backend_registry: defaultdict[str, list[type[PusherBackend]]] = defaultdict(list)

#: Where a request names the socket of its page, as WSGI writes a header's name.
_SOCKET_ID_HEADERS = tuple(f"HTTP_{name.upper().replace('-', '_')}" for name in SOCKET_ID_HEADERS)


def get_models_pusher_backends(model: type[Model]) -> list[type[PusherBackend]]:
    """Return the backends of a model; of a proxy without its own, those of the model behind it."""
    own = _registered(model)
    behind = model._meta.concrete_model
    return own if own or behind is None else _registered(behind)


def _registered(model: type[Model]) -> list[type[PusherBackend]]:
    same_name = pusher_backend_registry.get(model.__name__.lower(), [])
    return [backend for backend in same_name if backend.model is model]


class PusherBackendMetaclass(type):
    """Registers each backend that is not abstract, by the model of its serializer or of its ``Meta``."""

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> None:
        super().__init__(name, bases, namespace)
        if getattr(namespace.get("Meta"), "abstract", False):
            return
        model = cls._find_model()
        if model is None:
            raise NoSerializer(name)
        cls.model = model
        pusher_backend_registry[model.__name__.lower()].append(cls)  # type: ignore[arg-type] # only backends

    def _find_model(cls) -> type[Model] | None:
        """Return the model that the class names, the most derived one first."""
        homes: list[object] = []
        for base in cls.__mro__:
            homes += (vars(base).get("Meta"), getattr(vars(base).get("serializer_class"), "Meta", None))
        return next((model for home in homes if (model := getattr(home, "model", None)) is not None), None)


class PacketAdapter:
    """Changes what backends say before it is sent: override :meth:`parse_packet`."""

    def parse_packet(self, channels: list[str], event_name: str, data: Any) -> tuple[list[str], str, Any]:
        """Return the channels, the event's name and its data, as they are to be sent."""
        return channels, event_name, data


class PusherBackend(metaclass=PusherBackendMetaclass):
    """Says what the views of a model write, on the channels that the view names.

    Args:
        view: the view that writes. Its request names the socket that is spared.
    """

    class Meta:
        abstract = True

    #: What makes the data, and has the model; None is the view's own.
    serializer_class: ClassVar[Any] = None
    #: What takes the events to a service.
    provider_class: ClassVar[Any] = PusherProvider
    #: What may change an event before it is sent.
    packet_adapter_class: ClassVar[type[PacketAdapter]] = PacketAdapter
    #: What the name of every channel begins with: it is added where it is missing.
    channel_prefix: ClassVar[str] = ""
    #: The model that the backend is registered for.
    model: ClassVar[type[Model]]

    # Where packets wait for those of the other backends; None says each at once.
    collected: list[Packet] | None = None

    def __init__(self, view: Any) -> None:
        self.view = view
        self.pusher_socket_id = self.get_pusher_socket(view)
        self.packet_adapter = self.packet_adapter_class()

    def get_pusher_socket(self, view: Any) -> Any:
        """Return the socket that the request's headers name, else None."""
        meta = getattr(getattr(view, "request", None), "META", {})
        return next((meta[header] for header in _SOCKET_ID_HEADERS if meta.get(header)), None)

    def push_change(
        self, event: str, instance: Any = None, pre_destroy: bool = False, ignore: bool = True
    ) -> None:
        """Say that something happened to an instance. The event leaves after the commit.

        Args:
            event: the last part of the event's name: ``create``, ``update``, ``delete``.
            pre_destroy: whether the instance is about to be deleted.
            ignore: whether the socket of the request does not get the event.
        """
        channels, event_name, data = self.get_packet(event, instance)
        packet = Packet(
            self,
            view_pre_destroy if pre_destroy else view_post_save,
            # Once more, whatever has been overridden: what is called private is not said in public.
            self._prefixed(channel_list(channels, name_of(self))),
            event_name,
            data,
            self.pusher_socket_id if ignore else None,
        )
        if self.collected is None:
            packet.say()
        else:
            self.collected.append(packet)

    def get_event_name(self, event_type: str) -> str:
        """Return the event's name: the serializer's model in lower case, a dot, and what happened."""
        options = getattr(self.get_serializer_class(), "Meta", None)
        model: type[Model] | None = getattr(options, "model", getattr(self, "model", None))
        if model is None:
            raise ModelPusherException(
                f"{type(self).__name__} has no model: give its serializer a class Meta with a model."
            )
        return f"{model.__name__.lower()}.{event_type}"

    def get_serializer_class(self) -> Any:
        """Return what makes the data: the backend's own serializer, else the view's."""
        own = self.serializer_class
        return self.view.get_serializer_class() if own is None else own

    def get_serializer(self, view: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the serializer, with the view's context."""
        serializer_class = self.get_serializer_class()
        kwargs["context"] = view.get_serializer_context()
        return serializer_class(*args, **kwargs)

    def get_channels(self, instance: Any = None) -> list[str]:
        """Return the channels that the view names, with the backend's prefix."""
        return self._prefixed(channel_list(self.view.get_pusher_channels(), name_of(self)))

    def get_packet(self, event: str, instance: Any) -> tuple[list[str], str, Any]:
        """Return the channels, the event's name and its data, after the adapter has seen them."""
        channels = self.get_channels(instance=instance)
        event_name = self.get_event_name(event)
        data = self.get_serializer(self.view, instance=instance).data
        return self.packet_adapter.parse_packet(channels, event_name, data)

    def _prefixed(self, channels: list[str]) -> list[str]:
        return [self._with_prefix(channel) for channel in channels]

    def _with_prefix(self, channel: Any) -> Any:
        # What is no string is no channel's name either, and is refused later.
        if not isinstance(channel, str) or self._has_prefix(kind_of(channel)):
            return channel
        return f"{self.channel_prefix}{channel}"

    def _has_prefix(self, kind: ChannelKind) -> bool:
        return True


class PrivatePusherBackend(PusherBackend):
    """Says it on private channels: ``private-`` is added where it is missing.

    A name that only those can join who may is left alone: a presence channel's, a single user's.
    """

    class Meta:
        abstract = True

    channel_prefix = "private-"

    def _has_prefix(self, kind: ChannelKind) -> bool:
        return kind.needs_auth or kind.needs_user


class PresencePusherBackend(PusherBackend):
    """Says it on presence channels: ``presence-`` is added where it is missing."""

    class Meta:
        abstract = True

    channel_prefix = "presence-"

    def _has_prefix(self, kind: ChannelKind) -> bool:
        return kind.has_members
