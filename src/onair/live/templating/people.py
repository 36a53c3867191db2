"""Who is on an object's presence channel, as a template goes through them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model

from onair import conf
from onair.engines import local
from onair.live.reading import recorder as reading
from onair.publishing.presence import members


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the presence channel: ``id`` as text, and ``info``, what all other members are told."""

    id: str
    info: Any = None

    @property
    def live_key(self) -> str:
        """What tells the person from the others."""
        return self.id

    @property
    def user(self) -> Any:
        """The user, None where there is none any more."""
        model: Any = get_user_model()
        return model._default_manager.filter(pk=self.id).first()

    def __str__(self) -> str:
        name = self.info.get("name") if isinstance(self.info, dict) else None
        return str(name or self.user or self.id)


class People(list[Person]):
    """Who is on a channel, in the order of arrival."""


def topic_of(channel: str) -> str:
    """Return the topic that is touched when somebody comes to the channel, or goes."""
    return f"presence:{channel}"


def people_on(channel: str) -> People:
    """Return who is on a channel. Where the sockets are in another process it is not asked: a page waits for
    nothing of the network, and hears of them as soon as it listens."""
    recorder = reading.current()
    if recorder is not None:
        recorder.topic(topic_of(channel))
    if local.find_server(conf.app().id) is None:
        return People()
    return People(Person(member.id, member.info) for member in members(channel))
