"""A hub whose channels other processes have as well."""

from __future__ import annotations

from onair.hub.counts import COUNT_INTERVAL, CROWD
from onair.hub.following import FollowingHub
from tests.hub.listeners import ADDED, REMOVED, Clock, Recorder, Tick, member
from tests.protocol.clients import APP


def test_who_came_back_as_another_one_to_look_at_while_nobody_heard_it_is_told_so() -> None:
    hub = FollowingHub(APP, wake=Tick().wake, clock=Clock(), epoch="e")
    hub.open("presence-room", 1, (member("1", "Ann"),), None)
    listener = Recorder(1)
    hub.subscribe(listener, "presence-room", member("1", "Ann"))
    listener.clear()
    hub.arrange("presence-room", [member("1", "Anna")])
    hub.flush()

    assert listener.events == [REMOVED, ADDED]
    assert list(hub.members("presence-room")) == [member("1", "Anna")]


def test_a_crowd_is_told_its_number_now_and_then_however_often_others_count() -> None:
    clock = Clock()
    hub = FollowingHub(APP, wake=Tick().wake, clock=clock, epoch="e")
    hub.open("news", 1, (), None)
    crowd = [Recorder(number) for number in range(CROWD + 1)]
    for listener in crowd:
        hub.subscribe(listener, "news")
        listener.clear()
    for number in range(100):
        hub.counted("news", number + 2, 1000 + number)
        hub.flush()
    clock.advance(COUNT_INTERVAL)
    hub.tick()
    hub.flush()

    told = [message["data"]["subscription_count"] for message in crowd[0].received]
    assert told == [1000, 1099]
