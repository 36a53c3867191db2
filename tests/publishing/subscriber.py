"""A process that holds sockets, as far as an engine sees one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from onair.engines.base import Bounds, Follow
from onair.engines.entries import EVENT, event_of
from onair.engines.urls import EngineUrl
from tests.engines.contract.peers import Peer, running_peers
from tests.shared_name import shared_name

BOUNDS = Bounds(entries=1_000, seconds=300)

#: The channel that a subscriber follows from its beginning.
ROOM = "room"

NODE = "a-node"


class Subscriber:
    """Follows channels of the site's own app, and reads what is said there."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.do = peer.do
        self._read: Counter[tuple[str, bytes]] = Counter()

    def follow(self, *channels: str) -> None:
        """Follow channels, from now on."""
        self.peer.listen(*channels)
        self.peer.do_all(*(Follow(channel, NODE, 1) for channel in channels))

    def bodies(self, number: int, channel: str = ROOM, kind: bytes = EVENT) -> list[bytes]:
        """Wait for so many more entries of this kind, and return their bodies."""
        read = self._read[channel, kind]
        self.peer.wait(lambda peer: len(_of(peer, channel, kind)) >= read + number)
        self._read[channel, kind] += number
        return _of(self.peer, channel, kind)[read : read + number]

    def names(self, number: int, channel: str = ROOM) -> list[str]:
        """Wait for so many more events, and return their names."""
        return [event_of(body).name for body in self.bodies(number, channel)]

    def has_more(self, channel: str = ROOM) -> bool:
        """Whether an event came that nobody has asked for yet."""
        return len(_of(self.peer, channel, EVENT)) > self._read[channel, EVENT]


def _of(peer: Peer, channel: str, kind: bytes) -> list[bytes]:
    return [body for body in peer.bodies(channel) if body.startswith(kind)]


@contextmanager
def subscribing(url: str) -> Iterator[Subscriber]:
    """Be a process that follows the room."""
    with running_peers() as peers:
        peer = peers.add(lambda: EngineUrl(url).open(shared_name("a secret"), BOUNDS))
        peer.wait_until_connected()
        subscriber = Subscriber(peer)
        subscriber.follow(ROOM)
        yield subscriber
