"""Members: each user once, however many connections the user has."""

from __future__ import annotations

from onair.hub.presence import Presence
from onair.protocol.member import Member
from tests.hub.listeners import ADDED, REMOVED, SUCCEEDED, Recorder, hub, member, publication

ROOM = "presence-room"


def test_a_users_first_connection_is_told_from_the_others() -> None:
    presence = Presence()
    assert [presence.join("1.1", member("7")), presence.join("1.2", member("7"))] == [True, False]
    assert presence.join("1.3", member("8"))


def test_a_users_last_connection_is_told_from_the_others() -> None:
    presence = Presence()
    for socket_id in ("1.1", "1.2"):
        presence.join(socket_id, member("7"))
    assert [presence.leave("1.1"), presence.leave("1.2")] == [None, "7"]
    assert not presence.members


def test_a_user_comes_again_with_new_info_after_having_left() -> None:
    presence = Presence()
    presence.join("1.1", member("7", "Anna"))
    presence.leave("1.1")
    assert presence.join("1.2", member("7", "Anne"))
    assert list(presence.members) == [member("7", "Anne")]


def test_who_joins_is_told_who_is_there() -> None:
    live, anna, bert = hub(), Recorder(1), Recorder(2)
    live.subscribe(anna, ROOM, member("7", "Anna"))
    live.subscribe(bert, ROOM, Member("8"))
    assert bert.received == [
        {
            "event": SUCCEEDED,
            "channel": ROOM,
            "data": {"presence": {"ids": ["7", "8"], "hash": {"7": {"name": "Anna"}, "8": None}, "count": 2}},
        }
    ]


def test_the_others_are_told_who_came_and_who_went() -> None:
    live, anna, bert = hub(), Recorder(1), Recorder(2)
    live.subscribe(anna, ROOM, member("7"))
    anna.clear()
    live.subscribe(bert, ROOM, member("8", "Bert"))
    live.unsubscribe(bert, ROOM)
    live.flush()
    assert anna.received == [
        {"event": ADDED, "channel": ROOM, "data": {"user_id": "8", "user_info": {"name": "Bert"}}},
        {"event": REMOVED, "channel": ROOM, "data": {"user_id": "8"}},
    ]
    assert bert.events == [SUCCEEDED]


def test_a_second_tab_is_not_announced_nor_its_closing() -> None:
    live = hub()
    anna, first_tab, second_tab = Recorder(1), Recorder(2), Recorder(3)
    live.subscribe(anna, ROOM, member("7"))
    live.subscribe(first_tab, ROOM, member("8", "Bert"))
    live.flush()
    anna.clear()
    live.subscribe(second_tab, ROOM, member("8", "Robert"))
    live.disconnect(first_tab, [ROOM])
    live.flush()
    assert (anna.writes, live.subscription_count(ROOM)) == ([], 2)
    assert second_tab.received[0]["data"]["presence"]["hash"]["8"] == {"name": "Bert"}
    live.disconnect(second_tab, [ROOM])
    live.flush()
    assert anna.events == [REMOVED]


def test_members_are_each_user_once_in_the_order_of_arrival() -> None:
    live = hub()
    for number, user_id in enumerate(["8", "7", "8"]):
        live.subscribe(Recorder(number), ROOM, member(user_id))
    assert live.members(ROOM) == (member("8"), member("7"))


def test_only_a_presence_channel_has_members() -> None:
    live = hub()
    live.subscribe(Recorder(1), "news")
    assert (live.members("news"), live.members("nowhere")) == ((), ())


def test_joins_and_leaves_keep_their_place_among_the_events() -> None:
    live, anna, bert, carl = hub(), Recorder(1), Recorder(2), Recorder(3)
    live.subscribe(anna, ROOM, member("7"))
    live.publish(publication("a", ROOM))
    live.subscribe(bert, ROOM, member("8"))
    live.publish(publication("b", ROOM))
    live.subscribe(carl, ROOM, member("9"))
    live.publish(publication("c", ROOM))
    live.disconnect(bert, [ROOM])
    live.publish(publication("d", ROOM))
    live.unsubscribe(carl, ROOM)
    live.publish(publication("e", ROOM))
    live.flush()
    assert anna.events == [SUCCEEDED, "a", ADDED, "b", ADDED, "c", REMOVED, "d", REMOVED, "e"]
    assert bert.events == [SUCCEEDED, "b"]
    assert carl.events == [SUCCEEDED, "c", REMOVED, "d"]


def test_many_who_leave_in_one_tick_are_one_write() -> None:
    live, anna = hub(), Recorder(0)
    live.subscribe(anna, ROOM, member("0"))
    others = [Recorder(number) for number in range(1, 6)]
    for other in others:
        live.subscribe(other, ROOM, member(other.socket_id))
    live.flush()
    anna.clear()
    for other in others:
        live.disconnect(other, [ROOM])
    live.flush()
    assert (len(anna.writes), anna.events) == (1, [REMOVED] * 5)
