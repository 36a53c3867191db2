"""All processes of the site, as far as this one can learn of them.

A process with sockets knows itself. Those that share an engine say what they are with each sign of life; the
one server of a site without one is asked, and is told by the others what they publish.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from typing import NamedTuple

import msgspec

from onair import conf
from onair.embedded import handovers, questions
from onair.engines import announcements
from onair.engines.base import Nodes
from onair.exceptions import ConfigurationError
from onair.inspector.collector import TOPIC, Collector, without_counters
from onair.inspector.merging import SiteView, merge
from onair.inspector.record import EventTrace, ProcessView, decode, encode
from onair.live import elsewhere
from onair.live.signals import touched
from onair.publishing import dispatch, engine_client, testrun
from onair.publishing.engine_client import Share
from onair.publishing.route import NotDelivered
from onair.publishing.routes import base_url
from onair.publishing.signed_client import SignedClient

#: What a question, a line that is handed over, and a node's word about itself are called.
NAME = "inspector"

#: Seconds that another process has for an answer.
PATIENCE = 2.0

#: Seconds after which a process without sockets says again what it has said, and for which that counts.
AGAIN = 10.0
STALE = 25.0

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
        others = list(_others(event_id=""))
    except (NotDelivered, ConfigurationError, announcements.UnsafeFolder, OSError) as error:
        return Inspection(merge([own.view()]), str(error))
    return Inspection(merge([own.view(), *others]), _note(others))


def find_data(event_ids: Iterable[str]) -> str | None:
    """Return the data of an event, by any of its ids; None where no process has it, or says so in time.

    A process that shares an engine with this one is asked, and says it a moment later.
    """
    wanted = tuple(event_ids)
    own = collector()
    for event_id in wanted:
        trace = own.with_data(event_id)
        if trace is not None and trace.data is not None:
            return trace.data
    try:
        found = _data(_others(event_id=wanted[0]), wanted)
    except (NotDelivered, ConfigurationError, announcements.UnsafeFolder, OSError):
        return None
    if found is None and _share() is not None:
        for event_id in wanted:
            _say({"ask": event_id})
    return found


def collector() -> Collector:
    """Return what follows this process."""
    global _collector
    if _collector is None:
        _collector = Collector(_there_is_news)
    return _collector


def install() -> None:
    """Answer the site's other processes, where this one has sockets."""
    questions.add(NAME, _answer)
    questions.say(NAME, _word)
    handovers.add(NAME, _receive)


_collector: Collector | None = None
#: What processes without sockets have said, by their ids.
_told: dict[str, ProcessView] = {}
_called_at = float("-inf")
_told_at = float("-inf")
#: What other nodes have said when they were looked at last.
_nodes_before: object = None


def _data(views: Iterable[ProcessView], wanted: tuple[str, ...]) -> str | None:
    traces: Iterator[EventTrace] = (trace for view in views for trace in view.events)
    return next((trace.data for trace in traces if trace.id in wanted and trace.data is not None), None)


def _note(others: list[ProcessView]) -> str:
    if conf.is_hosted():
        return HOSTED
    if not elsewhere.is_here() and not any(view.sockets for view in others):
        return NO_SERVER
    return ""


def _share() -> Share | None:
    return engine_client.share_of(conf.target())


def _others(event_id: str) -> list[ProcessView]:
    """Return what other processes say; with ``event_id``, the data of that event too.

    Raises:
        NotDelivered: the one that should know does not answer.
    """
    share = _share()
    if share is not None:
        _call()
        return [*_nodes(share), *_lately_told()]
    if elsewhere.is_here() or testrun.is_on():
        return _lately_told()
    address = _address(conf.target())
    if address is None:
        return []
    with closing(SignedClient(conf.app(), address)) as client:
        path = f"onair/{NAME}"
        answer = client.request("GET", path, timeout=PATIENCE, params={"event": event_id})
    return [_read(text) for text in msgspec.json.decode(answer, type=list[msgspec.Raw])]


def _address(target: conf.Target) -> str | None:
    """Return where the site's server is asked, None where there is none that could answer."""
    if isinstance(target, conf.RemoteServer):
        return target.base_url
    announced = announcements.find(conf.site_key()) if isinstance(target, conf.Embedded) else None
    return None if announced is None else base_url(announced)


def _nodes(share: Share) -> list[ProcessView]:
    """Return what the processes say of themselves that share an engine, but this one."""
    own = collector().id
    infos = engine_client.do(share, Nodes(), PATIENCE).values()
    said = [msgspec.json.decode(info, type=dict[str, msgspec.Raw]).get(NAME) for info in infos]
    views = [_read(one) for one in said if one is not None]
    return [view for view in views if view.id != own]


def _read(text: msgspec.Raw) -> ProcessView:
    try:
        return decode(bytes(text))
    except ValueError as error:
        raise NotDelivered(
            "inspector", f"Another process has another version of django-onair, and is not shown: {error}"
        ) from error


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
    if parameters.get("event"):
        own.ask(parameters["event"])
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
        collector().ask(msgspec.json.decode(said["ask"], type=str))
    if "view" in said:
        view = decode(bytes(said["view"]))
        now = time.time()
        for process_id, before in tuple(_told.items()):
            if now - before.at >= STALE:
                _told.pop(process_id, None)
        _told[view.id] = view
        _touch()


def _there_is_news(here: bool) -> None:
    """A second has passed, with or without news of this process."""
    global _told_at
    if elsewhere.is_here():
        if _nodes_have_changed() or here:
            _touch()
    elif elsewhere.is_possible() and (here or time.monotonic() - _told_at > AGAIN):
        _told_at = time.monotonic()
        dispatch.hand_over(NAME, b'{"view":%s}' % encode(collector().view()))


def _nodes_have_changed() -> bool:
    global _nodes_before
    share = _share()
    if share is None:
        return False
    try:
        views = _nodes(share)
    except NotDelivered:
        return False
    said = [(view.id, view.events, without_counters(view.sockets)) for view in views]
    before, _nodes_before = _nodes_before, said
    return before != _nodes_before


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
