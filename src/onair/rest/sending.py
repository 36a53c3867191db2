"""From a backend's packet to its way, publishing's own or a provider's: never an error for the request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.db import close_old_connections

from onair import conf
from onair.conf import HostedPusher
from onair.exceptions import BadEvent, OnAirError, ServiceDown
from onair.protocol.names import is_socket_id
from onair.publishing import capture, dispatch, failures, stats, testrun
from onair.publishing.encoding import encode
from onair.publishing.event import Event, prepare
from onair.rest import options
from onair.rest.providers import BaseProvider, PusherProvider

#: Patched by a test, it is called: publishing would go another way.
_OWN_TRIGGER = PusherProvider.trigger

_held: ContextVar[list[Callable[[], None]] | None] = ContextVar("onair.rest.held", default=None)


@dataclass(frozen=True, slots=True)
class Sending:
    """An event, its provider, and who says it: a backend, or a view."""

    provider_class: Callable[[], Any]
    source: object
    channels: list[str]
    event_name: str
    data: Any
    socket_id: Any = None

    @property
    def event(self) -> Event:
        """The event as publishing takes it."""
        socket_id = None if self.socket_id is None else str(self.socket_id)
        return Event(tuple(self.channels), self.event_name, self.data, socket_id)


def send(sending: Sending) -> None:
    """Send the event after the commit. What goes wrong is logged and counted, and never raised.

    Inside of :func:`held` it waits for the end of the block, too.
    """
    sending = replace(sending, socket_id=_valid_socket_id(sending.socket_id))
    waiting = _held.get()
    if waiting is None:
        _send(sending)
    else:
        waiting.append(partial(_send, sending))


@contextmanager
def held() -> Iterator[None]:
    """Let the events of the block go when it has ended, and not at all when it raises."""
    actions: list[Callable[[], None]] = []
    token = _held.set(actions)
    try:
        yield
    finally:
        _held.reset(token)
    outer = _held.get()
    if outer is not None:
        outer.extend(actions)
        return
    for action in actions:
        action()


def name_of(source: object) -> str:
    """Return the class that a developer looks for: the view of a backend, or the thing's own."""
    cls = type(getattr(source, "view", None) or source)
    return f"{cls.__module__}.{cls.__qualname__}"


def report(source: object, what: str, error: Exception) -> None:
    """Log that something of a view or a backend was not sent, and count it."""
    stats.add(failed=1)
    expected = isinstance(error, OnAirError | NotImplementedError)
    failures.report(
        f"rest {name_of(source)}",
        f"{name_of(source)} did not send {what}: {str(error) or repr(error)}",
        error=None if expected else error,
    )


def _send(sending: Sending) -> None:
    try:
        provider_class = sending.provider_class
        if isinstance(provider_class, type) and issubclass(provider_class, PusherProvider):
            _send_to_pusher(sending, provider_class)
        else:
            _call_provider(sending)
    except Exception as error:  # a broken event, wrong settings, or a subclass's mistake
        report(sending.source, repr(sending.event_name), error)


def _send_to_pusher(sending: Sending, provider_class: type[PusherProvider]) -> None:
    if options.is_disabled():
        return
    target, event = conf.target(), sending.event
    if _is_called(provider_class, target):
        _check(event)
        _call_provider(sending)
    elif options.is_optimised() and not isinstance(target, conf.Embedded):
        size = _check(event)
        dispatch.call(partial(_send_to_occupied, event), label=_label(sending), size=size)
    else:
        dispatch.send(event)


def _is_called(provider_class: type[PusherProvider], target: conf.Target) -> bool:
    """Whether the provider itself is called, where publishing could do the same in batches.

    It is where somebody has changed it; and in a project's tests, which see what hosted Pusher's library
    gets: the value itself, on the calling thread.
    """
    if provider_class is not PusherProvider or PusherProvider.trigger is not _OWN_TRIGGER:
        return True
    return testrun.is_on() and isinstance(target, HostedPusher) and not capture.is_on()


def _send_to_occupied(event: Event) -> None:
    """Send the event to the channels that somebody listens to. The background sender asks which."""
    with _connections_of_its_own():
        channels = PusherProvider().occupied(event.channels)
    if channels:
        dispatch.send(replace(event, channels=tuple(channels)))


def _check(event: Event) -> int:
    """Return the size of the event's data, in bytes.

    Raises:
        PublishError: the event is not acceptable.
    """
    return prepare(event, limit=dispatch.event_limit()).size


def _call_provider(sending: Sending) -> None:
    dispatch.call(partial(_trigger, sending), label=_label(sending), size=_size_of(sending.data))


def _trigger(sending: Sending) -> None:
    with _connections_of_its_own():
        provider = sending.provider_class()
        provider.configure()
        channels, event_name, data = sending.channels, sending.event_name, sending.data
        if isinstance(provider, BaseProvider):
            channels, event_name, data = provider.parse_packet(
                sending.source, channels, event_name, data, sending.socket_id
            )
        try:
            provider.trigger(channels, event_name, data, sending.socket_id)
        except OSError as error:
            if not isinstance(provider, PusherProvider):
                raise
            raise ServiceDown(
                f"Hosted Pusher does not answer: {error}. Check this machine's network and PUSHER_CLUSTER."
            ) from error


def _size_of(data: Any) -> int:
    """Return how much waits with a call: what only its provider can write counts as nothing."""
    try:
        return encode(data)[1]
    except BadEvent:
        return 0


@contextmanager
def _connections_of_its_own() -> Iterator[None]:
    """Treat the databases as a request does: the sender's thread would keep a connection until it is stale.

    The cache may be in one, and a provider may use the ORM.
    """
    close_old_connections()
    try:
        yield
    finally:
        close_old_connections()


def _label(sending: Sending) -> str:
    name = getattr(sending.provider_class, "__qualname__", repr(sending.provider_class))
    return f"{name}.trigger for {sending.event_name} of {name_of(sending.source)}"


def _valid_socket_id(given: Any) -> Any:
    """Return what can be a socket's id as it is, else None: it comes from a header that anybody may send."""
    if not given:
        return None
    if is_socket_id(str(given)):
        return given
    failures.warn_once(
        "rest socket id",
        "X-Pusher-Socket-Id named no socket, and was ignored (said once). Send "
        "pusher.connection.socket_id, like 123.456, and only once the connection is made.",
    )
    return None
