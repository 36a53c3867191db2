"""Channels that are numbered by others have their numbers each for itself."""

from __future__ import annotations

from onair.hub.followed_history import FollowedHistory
from onair.protocol.app import Limits

NUMBER = 7
CHANNELS = ("news", "weather", "sports")


def recorded(limits: Limits) -> tuple[FollowedHistory, dict[str, str]]:
    """A history with one event on each channel, all of one number, and the positions before them."""
    history = FollowedHistory(limits, "epoch")
    positions = {}
    for channel in CHANNELS:
        history.follow(channel, NUMBER - 1)
        positions[channel] = history.open(channel)
        history.reach(channel, NUMBER)
        history.record(channel, channel.encode(), None, 0.0)
    return history, positions


def test_events_of_several_channels_may_have_one_number() -> None:
    history, positions = recorded(Limits())
    for channel, position in positions.items():
        assert history.missed(channel, position, ()) == [channel.encode()]


def test_those_of_one_number_are_dropped_one_after_another() -> None:
    history, positions = recorded(Limits(history_bytes=len("weather" + "sports")))
    missed = [history.missed(channel, position, ()) for channel, position in positions.items()]
    assert missed.count(None) == 1


def test_those_of_one_number_get_too_old_together() -> None:
    limits = Limits()
    history, positions = recorded(limits)
    history.expire(limits.history_seconds)
    assert [history.missed(channel, position, ()) for channel, position in positions.items()] == [None] * 3


def test_a_position_that_was_not_reached_here_is_a_gap() -> None:
    history, _ = recorded(Limits())
    history.reach("news", NUMBER + 1)
    ahead = history.position("news")
    history.follow("news", NUMBER)
    assert history.missed("news", ahead, ()) is None
