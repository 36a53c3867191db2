"""Publishing: the public functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest

from onair.protocol.names import is_socket_id
from onair.publishing import dispatch
from onair.publishing.dispatch import batch
from onair.publishing.event import Event

__all__ = ["apublish", "batch", "publish"]

#: Where browsers' libraries put the id of their socket: drf_model_pusher's document, and Laravel Echo.
SOCKET_ID_HEADERS = ("X-Pusher-Socket-Id", "X-Socket-ID")


def publish(
    channels: str | Sequence[str],
    event: str,
    data: Any = None,
    *,
    exclude: HttpRequest | str | None = None,
    using: str | None = None,
) -> None:
    """Publish an event to everybody who listens to the channels.

    It leaves after the open transactions of this thread have committed, at once where there are none, and not
    at all when one of them rolls back. The call does not wait for the network. What goes wrong there, or data
    above the limit, is logged (``onair.publishing``) and counted, and never raised.

    In tests it leaves on the calling thread, before ``publish`` returns, or with the tested code's commit.

    Args:
        channels: one name or up to 100; with none, nothing happens.
        data: what ``DjangoJSONEncoder`` takes.
        exclude: who does not get it: the socket of this request, named by its header ``X-Socket-ID`` or
            ``X-Pusher-Socket-Id``, or a socket id. What is no socket id is ignored.
        using: the only database whose transaction is waited for.

    Raises:
        BadEvent: a channel, the event's name or the data is not acceptable.
        ConfigurationError: the settings do not say where events go.
        ConnectionDoesNotExist: there is no database ``using``.
    """
    names: tuple[Any, ...] = tuple(channels) if _are_several(channels) else (channels,)
    dispatch.send(Event(names, event, data, socket_id(exclude)), using=using)


async def apublish(
    channels: str | Sequence[str],
    event: str,
    data: Any = None,
    *,
    exclude: HttpRequest | str | None = None,
    using: str | None = None,
) -> None:
    """Publish from asynchronous code: :func:`publish` in the thread of its ORM, with its transactions."""
    in_orm_thread = sync_to_async(publish, thread_sensitive=True)
    await in_orm_thread(channels, event, data, exclude=exclude, using=using)


def socket_id(exclude: HttpRequest | str | None) -> str | None:
    """Return the socket that a request's headers name, or the text if it is a socket's id; else None."""
    if exclude is None:
        return None
    headers = getattr(exclude, "headers", {})
    named = [exclude] if isinstance(exclude, str) else [headers.get(name) for name in SOCKET_ID_HEADERS]
    return next((text for text in named if text and is_socket_id(text)), None)


def _are_several(channels: Any) -> bool:
    """Whether it is more than one channel; what is neither is refused as the name of one."""
    return isinstance(channels, Iterable) and not isinstance(channels, str)
