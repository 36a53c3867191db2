"""The engine of this process: it runs where the sockets are."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth import user_logged_out
from django.http import HttpRequest

from onair.changes import interest
from onair.changes.change import Commit
from onair.changes.ids import ChangeId, new_id
from onair.embedded import attendance, handovers
from onair.engines.entries import MISSED
from onair.hub.attendance import Attendance
from onair.live import elsewhere, tokens
from onair.live.again import is_rendering
from onair.live.rendering import handover, telling
from onair.live.rendering.concern import concern
from onair.live.rendering.engine import Engine
from onair.live.rendering.exchange import Asking
from onair.live.rendering.exchange import exchange as answer
from onair.live.rendering.log import Change, log
from onair.live.rendering.memory import Memory
from onair.live.rendering.replay import Denied, in_transaction, replay
from onair.live.rendering.result import PageRendering
from onair.live.rendering.sharing import FOLLOWED, LEFT, RENDERED, Sharing, channels_of, offer_of
from onair.live.rendering.viewer import Address, Viewer
from onair.live.signals import revoked, touched
from onair.live.templating import people
from onair.live.touching import revoke
from onair.signals import member_added, member_removed

#: What is said between processes: who will listen, whose session ends, and who came to a channel or left it.
#: :mod:`onair.live.rendering.sharing` has more.
LIVE, ENDED, PEOPLE = "live", "ended", "people"

_engine: Engine | None = None


def find() -> Engine | None:
    """Return the engine, None where the sockets are in another process."""
    return _engine


def remember(page: PageRendering) -> None:
    """Remember a page, where its regions are followed."""
    if _engine is not None:
        _engine.memory.remember(page)


def patches_for(address: Address, viewer: Viewer, regions: dict[str, str]) -> list[Any]:
    """Return the regions of a page that are not what a viewer's browser has, whole.

    Args:
        regions: the digest of the content that the browser has, by the region's id.
    """
    if _engine is None or not _may_differ(_engine.memory, address, viewer, regions):
        return []
    result = replay(address, viewer, frozenset(regions))
    if isinstance(result, Denied):
        return []
    return [
        telling.whole(region.id, region.tree)
        for region in result.regions.values()
        if region.id in regions and region.tree.digest != regions[region.id]
    ]


def _may_differ(memory: Memory, address: Address, viewer: Viewer, regions: dict[str, str]) -> bool:
    """Whether any of a page's regions may be another than what a viewer's browser has."""
    if in_transaction():  # what it has written is in no log yet
        return bool(regions)
    access = memory.access(address, viewer)
    channels = {} if access is None else access.channels
    return any(
        (known := memory.region(channels.get(region, ""))) is None
        or known.rendering.tree.digest != digest
        or concern(log.since(known.position), known.rendering.reads.read_set)
        for region, digest in regions.items()
    )


def exchange(asking: Asking) -> dict[str, Any]:
    """Return the channels of a page's regions, and let the process of its socket expect it."""
    if _engine is not None and elsewhere.may_hold(asking.socket_id):
        return answer(_engine, asking)
    asking, answers = handover.answer(asking, None if _engine is None else _engine.memory)
    # Before the browser hears of its channels: who comes before it is expected is not admitted.
    elsewhere.hand_over_now(LIVE, handover.encode(asking, answers))
    return answers


def _expect_of_elsewhere(line: bytes) -> None:
    if _engine is None:
        return
    asking, channels = handover.decode(line)
    if elsewhere.may_hold(asking.socket_id):
        handover.expect(_engine, asking, channels)


def start() -> Callable[[], None]:
    """Start the engine beside the sockets. Return how to end it."""
    global _engine
    listen()
    _hear_of_members()
    for name, handler in _HANDLERS.items():
        handovers.add(name, handler)
    engine = Engine(Memory(), sharing=Sharing(elsewhere.hand_over, elsewhere.are_many, elsewhere.is_reached))
    attended = Attendance(engine.joined, engine.left, engine.admits)
    _engine = engine
    engine.start()
    attendance.add(attended)

    def stop() -> None:
        global _engine
        attendance.remove(attended)
        _hear_of_members_no_more()
        people.forget()
        if _engine is engine:
            _engine = None
        engine.stop()

    return stop


def listen() -> None:
    """Hear of what is committed in this process, of what others hand over, and of who logs out."""
    interest.listen(_committed)
    touched.connect(_touched, dispatch_uid="onair.live")
    revoked.connect(_revoked, dispatch_uid="onair.live")
    user_logged_out.connect(_logged_out, dispatch_uid="onair.live")


def _hear_of_members() -> None:
    member_added.connect(_member_came, dispatch_uid="onair.live")
    member_removed.connect(_member_went, dispatch_uid="onair.live")


def _hear_of_members_no_more() -> None:
    for signal in (member_added, member_removed):
        signal.disconnect(dispatch_uid="onair.live")


def _committed(commit: Commit) -> None:
    # A page that writes when it is rendered would be rendered for ever.
    if not is_rendering():
        _changed(commit, commit.id)


def _touched(topic: str, number: ChangeId | None = None, **kwargs: Any) -> None:
    _changed(topic, number)


def _member_came(channel: str, **kwargs: Any) -> None:
    _people_changed(channel, None)


def _member_went(channel: str, user_id: str, **kwargs: Any) -> None:
    _people_changed(channel, user_id)


def _people_changed(channel: str, gone: str | None) -> None:
    """Somebody came to a channel, or has left it: one process is told, and tells the others."""
    number = new_id()
    _see_people(channel, gone, number)
    if elsewhere.is_possible():
        elsewhere.hand_over(PEOPLE, json.dumps([channel, gone, number]).encode())


def _people_changed_elsewhere(line: bytes) -> None:
    channel, gone, number = json.loads(line)
    _see_people(channel, gone, ChangeId(*number))


def _see_people(channel: str, gone: str | None, number: ChangeId) -> None:
    if gone is not None:
        people.has_left(channel, gone)
    _changed(people.topic_of(channel), number)


def _changed(change: Change, number: ChangeId | None) -> None:
    log.append(change, number)
    if _engine is not None:
        _engine.changed(change, number)


def _followed_elsewhere(line: bytes) -> None:
    if _engine is not None:
        _engine.has_come(*channels_of(line))


def _left_elsewhere(line: bytes) -> None:
    if _engine is not None:
        _engine.has_gone(*channels_of(line))


def _rendered_elsewhere(line: bytes) -> None:
    engine = _engine
    if engine is None:
        return
    process, offer = offer_of(line, engine.follows)
    if offer is not None:
        engine.has_come(process, [offer.rendering.channel])
        engine.offered(offer)


def _revoked(user_pk: str, **kwargs: Any) -> None:
    if _engine is not None:
        _engine.doubt(lambda viewer: viewer.user == user_pk)


def _logged_out(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    session = tokens.session_of(request)
    if session:
        _end(session)
        if elsewhere.is_possible():
            elsewhere.hand_over(ENDED, json.dumps(session).encode())
    elif user is not None:
        revoke(user)


def _end(session: str) -> None:
    """Show its pages nothing more. It is flushed in a moment: who asked anew now would be let in again."""
    if _engine is not None:
        _engine.doubt(lambda viewer: viewer.session == session, telling.DENIED)


def _missed(line: bytes) -> None:
    """Some of what others have handed over is lost: all that is shown may be out of date."""
    log.lose()
    people.forget()
    if _engine is not None:
        _engine.missed()


#: What is done with what other processes hand over, by its name.
_HANDLERS: Mapping[str, handovers.Handler] = {
    LIVE: _expect_of_elsewhere,
    ENDED: lambda line: _end(json.loads(line)),
    PEOPLE: _people_changed_elsewhere,
    FOLLOWED: _followed_elsewhere,
    LEFT: _left_elsewhere,
    RENDERED: _rendered_elsewhere,
    MISSED: _missed,
}


def _forget() -> None:
    global _engine
    _engine = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
