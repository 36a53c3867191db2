"""What backends say of one write, before it is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.dispatch import Signal

from onair.rest.exceptions import BadChannels

if TYPE_CHECKING:
    from onair.rest.backends import PusherBackend


@dataclass(frozen=True, slots=True)
class Packet:
    """One backend's event, and the signal that says it."""

    backend: PusherBackend
    signal: Signal
    channels: list[str]
    event_name: str
    data: Any
    socket_id: Any

    def say(self) -> None:
        """Send the signal; a receiver that raises is logged by Django, and disturbs nobody."""
        if self.channels:
            self.signal.send_robust(
                sender=type(self.backend),
                instance=self.backend,
                channels=self.channels,
                event_name=self.event_name,
                data=self.data,
                socket_id=self.socket_id,
                provider_class=self.backend.provider_class,
            )

    def is_made_for(self, channel: Any) -> bool:
        """Whether the backend is one for channels of this kind."""
        prefix = self.backend.channel_prefix
        # What is no string is refused later, with a remedy.
        return bool(prefix) and isinstance(channel, str) and channel.startswith(prefix)

    def key(self, channel: str) -> object:
        """What must not be said twice."""
        return self.backend.provider_class, self.event_name, channel


def without_doubles(packets: Sequence[Packet]) -> Iterator[Packet]:
    """Yield the packets in their order, so that no channel gets the same event twice.

    Of several backends the one speaks that is made for the kind of the channel, else the first.
    """
    speakers: dict[object, Packet] = {}
    for packet in packets:
        for channel in packet.channels:
            speaker = speakers.setdefault(packet.key(channel), packet)
            if packet.is_made_for(channel) and not speaker.is_made_for(channel):
                speakers[packet.key(channel)] = packet
    for packet in packets:
        own = [channel for channel in packet.channels if speakers[packet.key(channel)] is packet]
        yield replace(packet, channels=list(dict.fromkeys(own)))


def channel_list(channels: Any, source: str) -> list[str]:
    """Return the channels as a list: a string is one of them.

    Args:
        source: the view whose channels they are, for the message.

    Raises:
        BadChannels: this is no list of channels.
    """
    if isinstance(channels, str):
        return [channels]
    if isinstance(channels, Mapping | bytes):
        raise BadChannels(channels, source)
    try:
        return list(channels)
    except TypeError:
        raise BadChannels(channels, source) from None
