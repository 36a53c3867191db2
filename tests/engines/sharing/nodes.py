"""Nodes of one app in one event loop, over a real engine, and pages that check what they are told."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import psycopg

from onair.engines.base import Bounds, Client, EngineDown, States
from onair.engines.entries import EVERYBODY, Handed
from onair.engines.shared.node import SharedNode
from onair.engines.urls import EngineUrl
from onair.hub.following import FollowingHub
from onair.protocol import frames
from onair.protocol.app import App
from onair.protocol.user import User
from tests.engines.sharing.conftest import APP
from tests.hub.listeners import ADDED, REMOVED, SUCCEEDED
from tests.redis_server import RedisServer

#: Seconds for whatever is waited for.
WAIT = 10.0

BOUNDS = Bounds(entries=10_000, seconds=600)

#: Seconds between the beats of a node whose test beats for it.
NEVER = 3600.0


class Share:
    """One node, with its hub. Only in the loop."""

    def __init__(self, url: EngineUrl, app_id: str, app: App = APP) -> None:
        loop = asyncio.get_running_loop()
        self.hub = FollowingHub(
            app, wake=lambda: self._wake(loop), clock=loop.time, epoch=secrets.token_hex(16)
        )
        self.handed: list[Handed] = []
        self.terminated: list[str] = []
        self.notices: list[Any] = []
        self.hub.notify = self.notices.append
        self.node = SharedNode(
            self.hub,
            url.open(app_id, BOUNDS),
            terminate=self.terminated.append,
            handed=self.handed.append,
            missed=lambda: None,
            info=lambda: b"{}",
            held=0,
            wants=lambda name: True,
            beat=NEVER,
        )
        self.node.attach(loop)

    def _wake(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_soon(self.hub.flush)

    async def turn(self) -> None:
        """Let all that was asked of the engine be answered, or let it try again."""
        try:
            await self.node.engine.do(States(()))
        except EngineDown:
            await asyncio.sleep(0.001)

    async def die(self) -> None:
        """Lose the engine without a word, as a process does that is killed."""
        self.node.is_closed = True
        self.node._life.stop()
        self.node.counts.stop()
        await self.node.engine.close()

    def left_over(self) -> dict[str, object]:
        """What is kept, in this process, of channels and users; nothing when all have gone."""
        node, history = self.node, self.hub.history
        kept: dict[str, object] = {
            "logs": set(node.logs._followed) - {EVERYBODY},
            "left": node.logs._left,
            "channels": node._channels,
            "counts": [node.counts._changed, node.counts._untold, node.counts._told_at],
            "users": [node._users._watched, node._users._arrivals, node._users._gone],
            "hub": self.hub._channels,
            "hub's users": [self.hub.users._users, self.hub.users._watchers, self.hub.users._online],
            "numbers": history._numbers,
            "records": history._records,
            "idle": history._idle,
            "size": history._size,
            "cache": self.hub._cache._entries,
            "listened": listened(node.engine) - {EVERYBODY},
        }
        return {
            name: found
            for name, found in kept.items()
            if (any(found) if isinstance(found, list) else bool(found))
        }


def listened(engine: Any) -> set[str]:
    """The channels that an engine listens to."""
    if hasattr(engine, "_reader"):
        return set(engine._reader._listened)
    return {listening.channel for listening in engine._listenings._by_name.values()}


class Site:
    """An app that nobody else uses, and its nodes."""

    def __init__(self, url: EngineUrl, **fields: Any) -> None:
        self.url = url
        self.app_id = secrets.token_hex(4)
        self.app = replace(APP, **fields)
        self.shares: list[Share] = []
        self.client: Client = url.connect(self.app_id, BOUNDS)

    def start(self) -> Share:
        share = Share(self.url, self.app_id, self.app)
        self.shares.append(share)
        return share

    async def both(self) -> tuple[Share, Share]:
        one, other = self.start(), self.start()
        await self.until(lambda: one.node.is_connected and other.node.is_connected, "both are connected")
        return one, other

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait until something is so, while the nodes ask and are answered."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + WAIT
        while not condition():
            assert loop.time() < deadline, f"waited in vain until {what}"
            for share in self.shares:
                if not share.node.is_closed:
                    await share.turn()

    async def close(self) -> None:
        for share in self.shares:
            if not share.node.is_closed:
                await share.node.close()
        self.client.close()


def run(site: Site, test: Callable[[Share, Share], Awaitable[None]]) -> None:
    """Run a test with two nodes, in a loop of its own."""

    async def whole() -> None:
        try:
            await test(*await site.both())
        finally:
            await site.close()

    asyncio.run(whole())


def user(user_id: str, *watchlist: str) -> User:
    return User(user_id, "{}", watchlist=watchlist)


class Cut:
    """Cuts connections to an engine, of whichever node."""

    def __init__(self, url: EngineUrl, redis: RedisServer | None) -> None:
        self._url = url
        self._redis = redis

    def __call__(self, number: int) -> None:
        """Cut one of them; the number says which."""
        if self._redis is not None:
            self._redis.cli("CLIENT", "KILL", "TYPE", ("pubsub", "normal")[number % 2])
            return
        with psycopg.connect(self._url.url, autocommit=True) as connection:
            pids = [
                pid
                for (pid,) in connection.execute(
                    "SELECT pid FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    " AND backend_type = 'client backend' ORDER BY pid"
                )
            ]
            if pids:
                connection.execute("SELECT pg_terminate_backend(%s)", [pids[number % len(pids)]])


class Page:
    """A connection. Whatever contradicts what it was told before is a fault."""

    _last = 0

    def __init__(self) -> None:
        Page._last += 1
        self.socket_id = f"1.{Page._last}"
        self.received: list[dict[str, Any]] = []
        self.joined: set[str] = set()
        self.rosters: dict[str, list[str]] = {}
        self.seen: dict[str, list[tuple[str, int | None]]] = {}  # events, with their numbers if told
        self.positions: dict[str, str] = {}
        self.began: dict[str, str] = {}
        self.counts: dict[str, int] = {}
        self.states: dict[str, str] = {}
        self.is_signed_in = False
        self.is_closed = False

    def expelled(self, channel: str) -> None:
        raise AssertionError(channel)

    def write(self, wire: bytes) -> None:
        assert not self.is_closed, "a page that has gone is written to"
        for text in frames.texts(wire):
            message = json.loads(text)
            self.received.append(message)
            self._take(
                message, json.loads(message["data"]) if isinstance(message["data"], str) else message["data"]
            )

    def forget(self, channel: str) -> None:
        """It leaves a channel."""
        self.joined.discard(channel)
        for kept in (self.rosters, self.seen, self.began, self.counts):
            kept.pop(channel, None)

    def _take(self, message: dict[str, Any], data: Any) -> None:
        event, channel = message["event"], message.get("channel", "")
        position = message.get("position")
        if event == "pusher:signin_success":
            self.is_signed_in = True
        elif event == "pusher_internal:watchlist_events":
            for change in data["events"]:
                for user_id in change["user_ids"]:
                    self.states[user_id] = change["name"]
        elif event == SUCCEEDED:
            assert channel not in self.joined, "joined twice"
            self.joined.add(channel)
            self.seen[channel] = []
            position = message.get("position", data.get("position") if isinstance(data, dict) else None)
            if "presence" in (data or {}):
                self.rosters[channel] = list(data["presence"]["ids"])
            if position is not None:
                self.began[channel] = position
        else:
            assert channel in self.joined, f"{event} on {channel}, which it has not joined"
            if event == ADDED:
                assert data["user_id"] not in self.rosters[channel], "added twice"
                self.rosters[channel].append(data["user_id"])
            elif event == REMOVED:
                self.rosters[channel].remove(data["user_id"])
            elif event == "pusher_internal:subscription_count":
                self.counts[channel] = data["subscription_count"]
            elif event not in {"pusher_internal:position", "pusher:cache_miss"}:
                assert event != "onair:gap", "nothing is ever lost here"
                self.seen[channel].append((data, None if position is None else number_of(position)))
        if position is not None:
            self.positions[channel] = position


def number_of(position: str) -> int:
    return int(position.partition(".")[0])
