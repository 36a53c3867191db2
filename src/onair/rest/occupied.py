"""Which channels somebody listens to, as Django's cache knows it: from the webhook, or from asking once.

Under ``drf-model-pusher:occupied:<channel>`` the cache has True or False. A channel of which it knows nothing
is asked about, and the answer is kept, no as well as yes: an unoccupied channel costs no call per event. What
the webhook has said is never overwritten by an answer, since it may be newer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.core.cache import cache

from onair.protocol.names import kind_of
from onair.publishing import failures

#: Seconds that a channel counts as unoccupied after it was asked about; the webhook ends it at once.
ABSENT_SECONDS = 60
#: Seconds that a channel counts as occupied after nobody could say.
UNKNOWN_SECONDS = 10

#: Returns the channels that somebody listens to now. It may raise what it likes.
Ask = Callable[[], Iterable[str]]


def key_of(channel: str) -> str:
    """Return the key of a channel's state in the cache."""
    return f"drf-model-pusher:occupied:{channel}"


def occupied(channels: Sequence[str], ask: Ask) -> list[str]:
    """Return those of the channels that somebody listens to, as far as is known.

    Nothing is raised: a channel of which nothing can be learnt counts as occupied. So does one whose event is
    kept for who comes later, and a single user's, of which no server tells.
    """
    try:
        known = dict.fromkeys(filter(_gets_everything, channels), True)
        known |= _known(channel for channel in channels if channel not in known)
        if unknown := [channel for channel in channels if channel not in known]:
            _learn(unknown, ask)
            known |= _known(unknown)
    except Exception as error:  # a cache may raise what it likes
        failures.report(
            "occupied cache",
            f"Django's cache does not say which channels are occupied: {error!r}. Events go to all of them.",
        )
        return list(channels)
    return [channel for channel in channels if known.get(channel, True)]


def record(channel: str, is_occupied: bool, time_ms: int) -> None:
    """Write down what a webhook says of a channel, unless a newer one has spoken.

    Args:
        time_ms: when the webhook was made. Only a strictly older one is stale.
    """
    told = f"drf-model-pusher:told:{channel}"
    if time_ms < cache.get(told, time_ms):
        return
    cache.set_many({told: time_ms, key_of(channel): is_occupied})


def _gets_everything(channel: str) -> bool:
    kind = kind_of(channel)
    return kind.cached or kind.needs_user


def _known(channels: Iterable[str]) -> dict[str, bool]:
    keys = {key_of(channel): channel for channel in channels}
    return {keys[key]: state for key, state in cache.get_many(keys).items() if state is not None}


def _learn(unknown: Sequence[str], ask: Ask) -> None:
    try:
        listened = set(ask())
    except Exception as error:  # a service may raise what it likes
        failures.report("occupied ask", f"Which channels are occupied is not known: {error}")
        for channel in unknown:
            cache.add(key_of(channel), True, UNKNOWN_SECONDS)
        return
    # ``add`` keeps what the webhook has written since the question was asked.
    for channel in unknown:
        if channel in listened:
            cache.add(key_of(channel), True)
        else:
            cache.add(key_of(channel), False, ABSENT_SECONDS)
    _remember(listened - set(unknown))


def _remember(listened: Iterable[str]) -> None:
    """Keep the rest of the answer too: the next event may be for one of these channels."""
    listened = list(listened)
    known = _known(listened)
    cache.set_many({key_of(channel): True for channel in listened if channel not in known})
