"""Whatever is asked of two engines and a client, in whatever order, they answer as the model does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from itertools import groupby
from typing import Any, cast

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from onair.engines.base import (
    Append,
    Beat,
    Changes,
    Count,
    Entry,
    Follow,
    Join,
    Joined,
    Lease,
    Leave,
    Members,
    Nodes,
    Occupied,
    Op,
    Publish,
    Reap,
    Since,
    Snapshot,
    States,
    Unfollow,
)
from onair.engines.urls import EngineUrl
from onair.protocol.member import Member
from tests.engines.contract.model import Model, Said, Seen, said_by, state_of
from tests.engines.contract.peers import WAIT, running_peers
from tests.engines.contract.site import Site

CHANNELS = ("room", "roof")
NODES = ("a", "b", "c")

channels = st.sampled_from(CHANNELS)
nodes = st.sampled_from(NODES)
user_ids = st.sampled_from(("ann", "ben", "cl\u00e9o"))
members = st.builds(Member, user_ids, st.sampled_from((None, b'{"n":1}', b'"x y"')))
counts = st.integers(1, 9)
appends = st.builds(
    Append, channels, st.integers(0, 99).map(lambda number: b"e%d" % number), st.sampled_from((0, 0, 600))
)

#: What may be asked at any time.
OPS: st.SearchStrategy[Op[Any]] = st.one_of(
    st.builds(
        Publish,
        st.lists(appends, min_size=1, max_size=4).map(tuple),
        st.sampled_from(("", "p", "q")),
        st.integers(0, 6),
    ),
    st.builds(
        Follow,
        channels,
        nodes,
        counts,
        st.lists(members, max_size=3, unique_by=lambda member: member.user_id).map(tuple),
    ),
    st.builds(Unfollow, channels, nodes),
    st.builds(Count, channels, nodes, counts, st.booleans()),
    st.builds(Join, channels, nodes, members),
    st.builds(Leave, channels, nodes, user_ids),
    st.builds(Beat, nodes, st.sampled_from((b"{}", b'{"host":"x"}'))),
    st.builds(Reap, nodes),
    st.builds(Lease, st.sampled_from(("reader", "writer")), nodes, st.just(600)),
    st.just(Nodes()),
    st.builds(Occupied, st.sampled_from(("", "roo", "room", "x"))),
)


class Machine(RuleBasedStateMachine):
    """The engine of a URL beside the model."""

    def __init__(self, url: EngineUrl) -> None:
        super().__init__()
        self._stack = ExitStack()
        self._site = Site(url, self._stack.enter_context(running_peers()))
        peers = [self._site.peer(), self._site.peer()]
        client = self._site.client()
        self._ways: list[Callable[[Op[Any]], Any]] = [
            *(peer.do for peer in peers),
            lambda op: client.do(op, WAIT),
        ]
        self._listener = peers[0]
        self._listener.listen(*CHANNELS)
        self._model = Model()

    @rule(op=OPS, way=st.integers(0, 2))
    def ask(self, op: Op[Any], way: int) -> None:
        """Ask by one of the ways, and compare the reply."""
        reply = self._ways[way](op)
        assert self._plain(op, reply) == _plain(self._model.do(op)), op

    @rule(channel=channels, way=st.integers(0, 2), data=st.data())
    def ask_since(self, channel: str, way: int, data: st.DataObject) -> None:
        """Ask for what came after an entry of a log."""
        log = self._log(channel)
        if log:
            place = data.draw(st.integers(0, len(log)))
            after = log[place - 1].number if place else 0
            assert self._ways[way](Since(channel, after)) == tuple(log[place:])

    @invariant()
    def what_is_kept_is_what_the_model_keeps(self) -> None:
        """Compare the logs, and who is there."""
        for channel in CHANNELS:
            log = self._log(channel)
            assert _in_any_order([said_by(entry.body) for entry in log]) == _in_any_order(
                self._model.log(channel)
            )
            assert [entry.previous for entry in log] == [0, *[entry.number for entry in log]][: len(log)]
            assert self._ways[1](Members(channel)) == self._model.do(Members(channel))
        states = tuple(map(state_of, self._ways[1](States(CHANNELS))))
        assert states == self._model.do(States(CHANNELS))

    def teardown(self) -> None:
        """Everything that was written was heard, once, in its order."""
        try:
            for channel in CHANNELS:
                log = self._log(channel)
                self._listener.wait(lambda heard, n=channel, e=log: len(heard.received.get(n, ())) >= len(e))  # type: ignore[misc]
                assert self._listener.received.get(channel, []) == log
        finally:
            self._stack.close()

    def _log(self, channel: str) -> list[Entry]:
        return list(self._ways[1](Since(channel, 0)) or ())

    def _number(self, channel: str, number: int) -> int:
        """Return the place in its log of the entry with this number."""
        return [0, *[entry.number for entry in self._log(channel)]].index(number)

    def _plain(self, op: Op[Any], reply: object) -> object:
        if isinstance(op, Follow):
            assert isinstance(reply, Snapshot)
            kept = None if reply.kept is None else reply.kept.body
            number = self._number(op.channel, reply.number)
            return _plain(Seen(number, reply.members, kept, reply.count, reply.changes))
        if isinstance(op, Join):
            assert isinstance(reply, Joined)
            return Joined(self._number(op.channel, reply.number), reply.is_first)
        if isinstance(op, Occupied):
            assert isinstance(reply, tuple)
            return set(reply)
        return _plain(reply)


def _plain(reply: object) -> object:
    """Sort what has no order."""
    if isinstance(reply, Seen):
        return Seen(reply.number, reply.members, reply.kept, reply.count, _sorted(reply.changes))
    if isinstance(reply, Changes):
        return _sorted(reply)
    if isinstance(reply, dict):
        return {name: _plain(value) for name, value in reply.items()}
    return reply


def _sorted(changes: Changes) -> Changes:
    return Changes(changes.occupied, changes.vacated, changes.added, tuple(sorted(changes.removed)))


def _in_any_order(log: Sequence[Said]) -> list[list[Said]]:
    """Those who go at once go in any order."""
    return [sorted(group, key=repr) for _, group in groupby(log, key=lambda said: said[0])]


def test_every_engine_does_as_the_model_does(engine_url: EngineUrl) -> None:
    run_state_machine_as_test(
        cast("type[Machine]", lambda: Machine(engine_url)),
        settings=settings(
            max_examples=20,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
