"""Which notices are told, and when: a page that reloads is no news.

The hub notices at once that a channel is vacated or that a member has left, and a reload is both, followed by
their contrary. So:

1. ``channel_vacated`` and ``member_removed`` are held for three seconds. When the channel is occupied again
   meanwhile, or the member is back, neither of the two is told.
2. Everything else is told at once, also while something is held: it is true whichever way that ends.
3. What is held is told in the order in which it came. A member who comes back and leaves again is put behind
   what came meanwhile. The hub takes the members out before it says that their channel is vacated, and says
   that a channel is occupied before it names its members: nobody is told of a member of a vacated channel.
4. When the server stops, all that is held is told at once: nobody comes back to it.

So whoever reads what is told in its order sees ``channel_occupied`` and ``channel_vacated`` take turns on
each channel, and ``member_added`` and ``member_removed`` for each member; and knows who is there, three
seconds after it became true at the latest. Pure: the caller brings the time.
"""

from __future__ import annotations

from itertools import takewhile

from onair.protocol.notices import ChannelOccupied, ChannelVacated, MemberAdded, MemberRemoved, Notice

#: Seconds that a leaving is held (docs: server_api/webhooks).
HELD = 3.0

#: Of what a notice speaks: a channel, or a member of one.
_Subject = tuple[str, str | None]


class Delay:
    """What is held back. ``now`` is in seconds of one clock, which never goes back."""

    def __init__(self, seconds: float = HELD) -> None:
        self._seconds = seconds
        # In the order of their time, since all are held equally long.
        self._held: dict[_Subject, tuple[float, Notice]] = {}

    @property
    def due(self) -> float | None:
        """When the next held notice is to be told; None where nothing is held."""
        return next((due for due, _ in self._held.values()), None)

    def put(self, notice: Notice, now: float) -> Notice | None:
        """Take what the hub notices. Return it if it is told at once."""
        match notice:
            case ChannelVacated(channel=channel):
                self._hold((channel, None), notice, now)
                return None
            case MemberRemoved(channel=channel, user_id=user_id):
                self._hold((channel, user_id), notice, now)
                return None
            case ChannelOccupied(channel=channel):
                return self._unless_held((channel, None), notice)
            case MemberAdded(channel=channel, user_id=user_id):
                return self._unless_held((channel, user_id), notice)
        return notice

    def take(self, now: float) -> list[Notice]:
        """Return what has been held long enough, in its order."""
        subjects = [subject for subject, _ in takewhile(lambda held: held[1][0] <= now, self._held.items())]
        return [self._held.pop(subject)[1] for subject in subjects]

    def take_all(self) -> list[Notice]:
        """Return all that is held, in its order."""
        return self.take(float("inf"))

    def _hold(self, subject: _Subject, notice: Notice, now: float) -> None:
        self._held[subject] = (now + self._seconds, notice)

    def _unless_held(self, subject: _Subject, notice: Notice) -> Notice | None:
        return notice if self._held.pop(subject, None) is None else None
