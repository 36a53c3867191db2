"""The engine: reached, written to and heard from here, and the nodes that are alive in it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from time import perf_counter

from onair import conf
from onair.doctor.condition import condition_of
from onair.doctor.examination import PREFIX, Examination
from onair.doctor.outcome import Failed, Passed, Skipped
from onair.engines.base import (
    Append,
    Beat,
    Bounds,
    Client,
    EngineDown,
    EngineRefused,
    Entry,
    Follow,
    Lease,
    Nodes,
    Publish,
    Reap,
    Unfollow,
)
from onair.engines.entries import Event
from onair.engines.urls import EngineUrl

#: What the engine keeps of the doctor's own channel: it is gone a second later.
_BOUNDS = Bounds(entries=8, seconds=1)

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
        client.do(Publish((Append(examination.channel(), _body()),)), options.timeout)
        said, hints = condition_of(engine, options)
    return Passed(f"{engine.shown} takes what is written. {said}", hints)


def hearing(examination: Examination) -> Passed | Skipped:
    """What is written to a channel's log comes back to who listens."""
    engine = _engine_of(examination)
    if engine is None:
        return _NO_ENGINE
    with _translated(engine, examination.options.timeout):
        connected, heard = asyncio.run(_round_trip(examination, engine))
    return Passed(
        f"An entry is heard {1000 * heard:.1f} ms after it was written; connecting "
        f"took {1000 * connected:.1f} ms."
    )


def nodes(examination: Examination) -> Passed | Skipped:
    """Processes that serve sockets are alive, and as many as there should be."""
    engine = _engine_of(examination)
    if engine is None:
        return _NO_ENGINE
    options = examination.options
    with _translated(engine, options.timeout), closing(_client(examination, engine)) as client:
        known = client.do(Nodes(), options.timeout)
    alive = {node: info for node, info in known.items() if not node.startswith(PREFIX)}
    examination.nodes = len(alive)
    if not alive:
        raise Failed(
            f"No node is alive in {engine.shown}: nobody serves sockets.",
            'Start "manage.py onair serve", or an ASGI server with onair.asgi, with the same ONAIR["URL"]. '
            "If one runs, its log says why it does not reach the engine.",
        )
    shown = ", ".join(sorted(_shown(node, info) for node, info in alive.items()))
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
    return engine.connect(examination.target.app.id, _BOUNDS)


def _node(examination: Examination) -> str:
    return f"{PREFIX}{examination.token}"


def _body() -> bytes:
    return Event("onair-doctor", "{}").encode()


@contextmanager
def _translated(engine: EngineUrl, timeout: float) -> Iterator[None]:
    try:
        yield
    except EngineRefused as error:
        raise Failed(f"{engine.shown} cannot be used: {error}", _CORRECT) from error
    except EngineDown as error:
        raise Failed(f"{engine.shown} cannot be reached: {error}", _CORRECT) from error
    except TimeoutError as error:
        raise Failed(
            f"{engine.shown} does not answer within {timeout:g} s.",
            "See what keeps it busy, and let a firewall in between pass its port.",
        ) from error


class _Ear:
    """A sink that waits for one entry."""

    def __init__(self) -> None:
        self.is_connected = asyncio.Event()
        self.has_heard = asyncio.Event()
        self._body = _body()

    def connected(self, epoch: str) -> None:
        self.is_connected.set()

    def received(self, channel: str, entries: Sequence[Entry]) -> None:
        if any(entry.body == self._body for entry in entries):
            self.has_heard.set()

    def disconnected(self, reason: EngineDown) -> None:
        """It tries again by itself; the time of the hop bounds it."""


async def _round_trip(examination: Examination, url: EngineUrl) -> tuple[float, float]:
    """Return the seconds that connecting took, and those until an entry was heard."""
    timeout, node = examination.options.timeout, _node(examination)
    channel = examination.channel(name="engine")
    engine, ear = url.open(examination.target.app.id, _BOUNDS), _Ear()
    started = perf_counter()
    engine.start(ear)
    try:
        async with asyncio.timeout(timeout):
            await ear.is_connected.wait()
            connected = perf_counter() - started
            await engine.do(Beat(node))
            await engine.listen(channel)
            await engine.do(Follow(channel, node, 1))
        written = perf_counter()
        await engine.do(Publish((Append(channel, _body()),)))
        try:
            async with asyncio.timeout(timeout):
                await ear.has_heard.wait()
        except TimeoutError:
            raise Failed(
                f"What is written to {url.shown} is kept, and does not come back to who listens.",
                "Let the URL name the server itself, and not a pool in between that shares its connections "
                "(PgBouncer in transaction mode).",
            ) from None
        return connected, perf_counter() - written
    finally:
        if ear.is_connected.is_set():
            engine.do(Unfollow(channel, node))
            engine.do(Reap(node))
        await engine.close()


def _shown(node: str, info: bytes) -> str:
    try:
        said = json.loads(info)
    except ValueError:
        said = {}
    if not isinstance(said, dict) or "pid" not in said:
        return node
    return f"process {said['pid']}" + (f" on {said['host']}" if said.get("host") else "")


def _processes(number: int) -> str:
    return "1 process serves" if number == 1 else f"{number} processes serve"
