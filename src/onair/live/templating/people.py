"""Who is on an object's presence channel, as a template goes through them."""

from __future__ import annotations

from collections import defaultdict
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


#: By channel, who was seen there and has not been told to have left. Whose page reloads is away for a moment
#: of which nobody is told: a page that is rendered in it would go without that person for good.
_seen: defaultdict[str, dict[str, Person]] = defaultdict(dict)


def has_left(channel: str, user_id: str) -> None:
    """Take somebody away who has left a channel for longer than it takes to reload a page."""
    if channel in _seen:
        _seen[channel].pop(user_id, None)
        if not _seen[channel]:
            del _seen[channel]


def forget() -> None:
    """Know nobody any more: the sockets have gone."""
    _seen.clear()


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
    there = {member.id: Person(member.id, member.info) for member in members(channel)}
    if not there and channel not in _seen:
        return People()
    _seen[channel].update(there)
    return People(list(_seen[channel].values()))
