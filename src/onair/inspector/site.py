"""All processes of the site, as far as this one can learn of them.

A process with sockets knows itself. Those that share an engine say what they are with each sign of life; the
one server of a site without one is asked, and is told by the others what they publish.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import msgspec

from onair import conf
from onair.embedded import handovers, questions
from onair.inspector.collector import TOPIC, Collector, without_counters
from onair.inspector.merging import SiteView, merge
from onair.inspector.others import EVENTS, NAME, UNREACHABLE, ask_server, nodes, share
from onair.inspector.record import ProcessView, decode, encode
from onair.live import elsewhere
from onair.live.signals import touched
from onair.publishing import dispatch, stats, testrun

#: Seconds after which a process without sockets says again what it has said, and for which that counts.
AGAIN = 10.0
STALE = 25.0

#: Events that it tells the others of: its words travel among the events of the site, and are kept with them.
MOST_TOLD = 50

#: Seconds between two lines that let the others know that somebody looks.
CALL = 20.0

HOSTED = (
    "Hosted Pusher has the sockets, and says nothing of them here: its dashboard has a debug console. What "
    "this process publishes is below."
)
NO_SERVER = (
    "No server of this site runs. Start one: manage.py runserver, manage.py onair serve, or onair.asgi in an "
    "ASGI server."
)


class Inspection(NamedTuple):
    """What is known of the site, and why it is not more."""

    site: SiteView
    note: str = ""


def look() -> Inspection:
    """Look at all processes, and let them follow what goes on for the next minute."""
    own = collector()
    own.look()
    try:
        others = _others()
    except UNREACHABLE as error:
        return Inspection(merge([own.view()]), str(error))
    return Inspection(merge([own.view(), *others]), _note(others))


def find_data(event_ids: Sequence[str]) -> str | None:
    """Return the data of an event, by any of its ids; None where no process has it, or says so in time.

    A process that shares an engine with this one is asked, and says it a moment later.
    """
    own = [collector().with_data(event_id) for event_id in event_ids]
    try:
        others = [trace for view in _others(event_ids) for trace in view.events if trace.id in event_ids]
    except UNREACHABLE:
        others = []
    found = [trace.data for trace in (*own, *others) if trace is not None and trace.data is not None]
    if not found and share() is not None:
        _say({"ask": list(event_ids)})
    return found[0] if found else None


def collector() -> Collector:
    """Return what follows this process."""
    global _collector
    if _collector is None:
        _collector = Collector(_a_second_has_passed)
    return _collector


def install() -> None:
    """Answer the site's other processes, where this one has sockets."""
    questions.add(NAME, _answer)
    questions.say(NAME, _word)
    handovers.add(NAME, _receive)


_collector: Collector | None = None
#: What processes without sockets have said, by their ids.
_told: dict[str, ProcessView] = {}
#: When this process has let the others know that somebody looks, and what it is, by the steady clock.
_called_at = float("-inf")
_told_at = float("-inf")
#: What other nodes have said when they were looked at last.
_nodes_before: object = None


def _note(others: Sequence[ProcessView]) -> str:
    if conf.is_hosted():
        return HOSTED
    if not elsewhere.is_here() and not any(view.sockets for view in others):
        return NO_SERVER
    return ""


def _others(event_ids: Sequence[str] = ()) -> list[ProcessView]:
    """Return what other processes say; raises what is in UNREACHABLE."""
    shared = share()
    if shared is not None:
        _call()
        return [*nodes(shared), *_lately_told()]
    if elsewhere.is_here() or testrun.is_on():
        return _lately_told()
    return ask_server(event_ids)


def _lately_told() -> list[ProcessView]:
    now = time.time()
    return [view for view in tuple(_told.values()) if now - view.at < STALE]


def _call() -> None:
    """Let the others follow what goes on."""
    global _called_at
    now = time.monotonic()
    if now - _called_at >= CALL:
        _called_at = now
        _say({"look": True})


def _say(what: Mapping[str, object]) -> None:
    dispatch.hand_over(NAME, json.dumps(what).encode())


def _answer(parameters: Mapping[str, str]) -> bytes:
    """Answer a process without sockets, which shows the inspector."""
    own = collector()
    own.look()
    own.ask(parameters.get(EVENTS, "").split(","))
    return msgspec.json.encode([own.view(), *_lately_told()])


def _word() -> object:
    """What this process says of itself with each sign of life; nobody may be looking."""
    return msgspec.to_builtins(collector().view())


def _receive(line: bytes) -> None:
    """Take what another process hands over: that somebody looks, a question, or what it says of itself."""
    said = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    if "look" in said:
        collector().look()
    if "ask" in said:
        collector().ask(msgspec.json.decode(said["ask"], type=list[str]))
    if "view" in said:
        view = decode(bytes(said["view"]))
        for other in tuple(_told):
            if time.time() - _told[other].at >= STALE:
                del _told[other]
        _told[view.id] = view
        _touch()


def _a_second_has_passed(has_news: bool) -> None:
    """Show what is new in this process and in others."""
    global _told_at
    if elsewhere.is_here():
        if _nodes_have_changed() or has_news:
            _touch()
        return
    now = time.monotonic()
    # Where events wait, these words would take their room.
    if (has_news or now - _told_at > AGAIN) and elsewhere.is_possible() and not stats.read().waiting:
        _told_at = now
        view = collector().view()
        told = replace(view, events=view.events[:MOST_TOLD])
        dispatch.hand_over(NAME, b'{"view":%s}' % encode(told))


def _nodes_have_changed() -> bool:
    global _nodes_before
    shared = share()
    if shared is None:
        return False
    try:
        views = nodes(shared)
    except UNREACHABLE:
        return False
    own = collector().id
    said = [(view.id, view.events, without_counters(view.sockets)) for view in views if view.id != own]
    before, _nodes_before = _nodes_before, said
    return before != said


def _touch() -> None:
    """Render the inspector's pages again that are open here. The other processes see for themselves."""
    touched.send_robust(sender=None, topic=TOPIC)


def _begin_anew() -> None:
    """Follow nothing in the child of a fork: its threads and sockets are its parent's."""
    global _collector, _called_at, _told_at, _nodes_before
    _collector, _called_at, _told_at, _nodes_before = None, float("-inf"), float("-inf"), None
    _told.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
