"""The engine of this process: it runs where the sockets are."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from django.contrib.auth import user_logged_out
from django.http import HttpRequest

from onair.changes import interest
from onair.changes.change import Commit
from onair.embedded import attendance, handovers
from onair.hub.attendance import Attendance
from onair.live import elsewhere, tokens
from onair.live.rendering import handover, telling
from onair.live.rendering.concern import concern
from onair.live.rendering.engine import Engine
from onair.live.rendering.exchange import Asking
from onair.live.rendering.exchange import exchange as answer
from onair.live.rendering.log import Change, log
from onair.live.rendering.memory import Memory
from onair.live.rendering.replay import Denied, in_transaction, is_rendering, replay
from onair.live.rendering.result import PageRendering
from onair.live.rendering.viewer import Address, Viewer
from onair.live.signals import revoked, touched
from onair.live.templating import people
from onair.live.touching import revoke
from onair.signals import member_added, member_removed

#: What a page's wish to listen is called between processes.
LIVE = "live"

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
    """Return the channels of a page's regions: asked of the engine here, or of the server's process."""
    if _engine is not None:
        return answer(_engine, asking)
    asking, answers = handover.answer(asking)
    # Before the browser hears of its channels: who comes before it is expected is not admitted.
    elsewhere.hand_over_now(LIVE, handover.encode(asking, answers))
    return answers


def _expect_of_elsewhere(line: bytes) -> None:
    if _engine is not None:
        asking, channels = handover.decode(line)
        _engine.expect(asking.address, asking.viewer, asking.socket_id, channels, None)


def start() -> Callable[[], None]:
    """Start the engine beside the sockets. Return how to end it."""
    global _engine
    listen()
    _hear_of_members()
    handovers.add(LIVE, _expect_of_elsewhere)
    engine = Engine(Memory())
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
        _changed(commit)


def _touched(topic: str, **kwargs: Any) -> None:
    _changed(topic)


def _member_came(channel: str, **kwargs: Any) -> None:
    _changed(people.topic_of(channel))


def _member_went(channel: str, user_id: str, **kwargs: Any) -> None:
    people.has_left(channel, user_id)
    _changed(people.topic_of(channel))


def _changed(change: Change) -> None:
    log.append(change)
    if _engine is not None:
        _engine.changed(change)


def _revoked(user_pk: str, **kwargs: Any) -> None:
    if _engine is not None:
        _engine.doubt(lambda viewer: viewer.user == user_pk)


def _logged_out(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    session = tokens.session_of(request)
    if _engine is not None:
        # Its session is flushed in a moment: who asked anew now would be let in once more.
        _engine.doubt(lambda viewer: bool(session) and viewer.session == session, telling.DENIED)
    elif user is not None:
        revoke(user)


def _forget() -> None:
    global _engine
    _engine = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
