"""Users as those who get an event, wherever they are on the site."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import Model
from django.http import HttpRequest

from onair.exceptions import BadEvent
from onair.model_channels import encode_key
from onair.protocol.names import SERVER_TO_USER_PREFIX
from onair.protocol.publication import MAX_CHANNELS
from onair.publishing import api, dispatch


def to(*users: Any) -> Recipients:
    """Return the users to publish to: ``onair.to(order.customer).publish("shipped", {"id": order.pk})``.

    An event reaches every page on which the user has signed in.

    Args:
        users: users who have logged in, their primary keys, or iterables of either, such as a queryset.

    Raises:
        BadEvent: one of them is nobody: an anonymous visitor, a user who was not saved, or None.
    """
    return Recipients(dict.fromkeys(_channel(user) for user in _flat(users)))


class Recipients:
    """Some users, each once."""

    __slots__ = ("_channels",)

    def __init__(self, channels: Iterable[str]) -> None:
        self._channels = tuple(channels)

    def publish(
        self,
        event: str,
        data: Any = None,
        *,
        exclude: HttpRequest | str | None = None,
        using: str | None = None,
    ) -> None:
        """Publish an event to the users: :func:`onair.publish`, with any number of recipients.

        Args:
            data: what ``DjangoJSONEncoder`` takes.
            exclude: the page that does not get it, by its request or its socket id.
            using: the only database whose transaction is waited for.

        Raises:
            BadEvent: the event's name or the data is not acceptable.
            ConfigurationError: the settings do not say where events go.
            ConnectionDoesNotExist: there is no database ``using``.
        """
        with dispatch.batch():
            for start in range(0, len(self._channels), MAX_CHANNELS):
                some = self._channels[start : start + MAX_CHANNELS]
                api.publish(some, event, data, exclude=exclude, using=using)

    async def apublish(
        self,
        event: str,
        data: Any = None,
        *,
        exclude: HttpRequest | str | None = None,
        using: str | None = None,
    ) -> None:
        """Publish from asynchronous code: :meth:`publish` in the thread of its ORM, with its transactions."""
        in_orm_thread = sync_to_async(self.publish, thread_sensitive=True)
        await in_orm_thread(event, data, exclude=exclude, using=using)


def _flat(users: Iterable[Any]) -> Iterable[Any]:
    for user in users:
        if _is_user(user) or isinstance(user, str | bytes) or not isinstance(user, Iterable):
            yield user
        else:
            yield from user


def _is_user(value: Any) -> bool:
    # Asked before anything else: request.user is lazy, and has the methods of everything.
    return hasattr(value, "is_anonymous")


def _channel(user: Any) -> str:
    if isinstance(user, Model) and not _is_user(user):
        raise BadEvent(f"{user!r} is no user: give a user, or a user's primary key.")
    key = user.pk if _is_user(user) else user
    if key is None or isinstance(key, bool | bytes) or key == "":
        raise BadEvent(
            f"{user!r} is nobody to publish to: give a user who has logged in and is saved, or a user's "
            "primary key. Visitors who have not logged in are reached by a channel of their page."
        )
    return SERVER_TO_USER_PREFIX + encode_key(key)
