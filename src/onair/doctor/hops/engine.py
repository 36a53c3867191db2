"""The engine: reached, written to and heard from here, and the nodes that are alive in it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from socket import gethostname
from typing import Any

from onair import conf
from onair.doctor.condition import condition_of
from onair.doctor.examination import PREFIX, Examination
from onair.doctor.hops.round_trip import BODY, Unheard, round_trip
from onair.doctor.outcome import Failed, Passed, Skipped
from onair.engines.announcements import Announcement, connectable
from onair.engines.base import (
    Append,
    Bounds,
    Client,
    EngineDown,
    EngineRefused,
    Lease,
    Nodes,
    Publish,
)
from onair.engines.urls import EngineUrl
from onair.publishing.routes import base_url

#: What the engine keeps of the doctor's own channel: it is gone a second later.
_BOUNDS = Bounds(entries=8, seconds=1)

#: Seconds within which every node has said something new of itself, and between two looks at that.
_NEWS = 2.5
_LOOK = 0.1

_NO_ENGINE = Skipped("No engine: a single process serves, or another server.")

_CORRECT = 'Correct ONAIR["URL"] or ONAIR_URL, or what it names.'


def reaching(examination: Examination) -> Passed | Skipped:
    """The engine is reached, lets this process in, and keeps what it is told."""
    engine = _engine_of(examination)
    if engine is None:
        return _NO_ENGINE
    options = examination.options
    with _translated(engine, options.timeout), closing(_client(examination, engine)) as client:
        client.do(Nodes(), options.timeout)
        node = _node(examination)
        if not client.do(Lease(node, node, 1), options.timeout):
            raise Failed(
                f"{engine.shown} answers, and does not keep what it is told.",
                "Let the URL name the one that takes writes: no replica, and no database that is read-only.",
            )
        client.do(Publish((Append(examination.channel(), BODY),)), options.timeout)
        said, hints = condition_of(engine, options)
    return Passed(f"{engine.shown} takes what is written. {said}", hints)


def hearing(examination: Examination) -> Passed | Skipped:
    """What is written to a channel's log comes back to who listens."""
    engine = _engine_of(examination)
    if engine is None:
        return _NO_ENGINE
    channel, timeout = examination.channel(name="engine"), examination.options.timeout
    with _translated(engine, timeout):
        opened = engine.open(examination.target.app.shared_name, _BOUNDS)
        heard = asyncio.run(round_trip(opened, channel, _node(examination), timeout))
    return Passed(
        f"An entry is heard {1000 * heard.after:.1f} ms after it was written; connecting took "
        f"{1000 * heard.connected:.1f} ms.",
        heard.warnings,
    )


def nodes(examination: Examination) -> Passed | Skipped:
    """Processes that serve sockets are alive, and as many as there should be."""
    engine = _engine_of(examination)
    if engine is None:
        return _NO_ENGINE
    options = examination.options
    with _translated(engine, options.timeout), closing(_client(examination, engine)) as client:
        until = time.monotonic() + _NEWS
        alive = _look(client, options.timeout)
        while not _is_settled(alive, options.workers) and time.monotonic() < until:
            time.sleep(_LOOK)
            alive = _look(client, options.timeout)
    examination.nodes = len(alive)
    examination.sockets_url = _address_here(alive.values())
    if not alive:
        raise Failed(
            f"No node is alive in {engine.shown}: nobody serves sockets.",
            'Start "manage.py onair serve", or an ASGI server with onair.asgi, with the same ONAIR["URL"]. '
            "If one runs, its log says why it does not reach the engine.",
        )
    shown = ", ".join(sorted(_shown(node, said) for node, said in alive.items()))
    if options.workers is not None and len(alive) != options.workers:
        raise Failed(
            f"{_processes(len(alive))} where {options.workers} should: {shown}.",
            'Start the others with the same ONAIR["URL"], or stop what is too many. A process that was '
            "killed counts for ten more seconds.",
        )
    return Passed(f"{_processes(len(alive))}: {shown}.")


def _engine_of(examination: Examination) -> EngineUrl | None:
    target = examination.target
    return target.engine if isinstance(target, conf.Embedded) else None


def _client(examination: Examination, engine: EngineUrl) -> Client:
    return engine.connect(examination.target.app.shared_name, _BOUNDS)


def _node(examination: Examination) -> str:
    return f"{PREFIX}{examination.token}"


@contextmanager
def _translated(engine: EngineUrl, timeout: float) -> Iterator[None]:
    try:
        yield
    except EngineRefused as error:
        raise Failed(f"{engine.shown} cannot be used: {error}", _CORRECT) from error
    except EngineDown as error:
        raise Failed(f"{engine.shown} cannot be reached: {error}", _CORRECT) from error
    except Unheard as error:
        raise Failed(
            f"What is written to {engine.shown} is kept, and does not come back to who listens.",
            "Let the URL name the server itself, and not a pool in between that shares its connections "
            "(PgBouncer in transaction mode).",
        ) from error
    except TimeoutError as error:
        raise Failed(
            f"{engine.shown} does not answer within {timeout:g} s.",
            "See what keeps it busy, and let a firewall in between pass its port.",
        ) from error


def _look(client: Client, timeout: float) -> dict[str, dict[str, Any]]:
    """Return what each node says of itself; of none, where nobody serves."""
    known = client.do(Nodes(), timeout)
    return {node: _read(info) for node, info in known.items() if not node.startswith(PREFIX)}


def _is_settled(alive: Mapping[str, Mapping[str, Any]], workers: int | None) -> bool:
    """Whether nothing is to be waited for: a process that has just started has more to say in a moment."""
    expected = workers is None or len(alive) == workers
    return expected and all("address" in said for said in alive.values() if "pid" in said)


def _read(info: bytes) -> dict[str, Any]:
    """Return what a node says of itself; nothing where that is of another version, and cannot be read."""
    try:
        said = json.loads(info)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _shown(node: str, said: Mapping[str, Any]) -> str:
    return f"process {said['pid']} on {said.get('host', 'a machine')}" if "pid" in said else node


def _address_here(nodes: Iterable[Mapping[str, Any]]) -> str | None:
    """Return where a process of this machine listens, if one says so."""
    here = gethostname()
    for said in nodes:
        match said:
            case {"host": machine, "address": [str(host), int(port)]} if port and machine == here:
                return base_url(Announcement(0, connectable(host), port))
    return None


def _processes(number: int) -> str:
    return "1 process serves" if number == 1 else f"{number} processes serve"
