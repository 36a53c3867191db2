"""A node's own life, and its watch over the others'."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from onair.engines.base import Beat, Beaten, Changes, Reap
from onair.engines.shared.answers import answer_of
from onair.engines.shared.pulse import Pulse

if TYPE_CHECKING:
    from onair.engines.shared.node import SharedNode


class Life:
    """Beats, as long as the engine answers, and reaps the nodes that beat no more.

    Args:
        node: Whose life it is.
        forgotten: Called when the engine has forgotten this node, which was taken for dead.
    """

    def __init__(self, node: SharedNode, forgotten: Callable[[], object]) -> None:
        self._node = node
        self._forgotten = forgotten
        self._pulse = Pulse(node.id)
        self._is_known = False  # whether the engine has heard of this node since it was connected
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """The engine can be used, for the first time or again."""
        self._is_known = False
        self._pulse.forget()
        self.stop()
        self._beat()

    def stop(self) -> None:
        """Beat no more for now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _beat(self) -> None:
        self._timer = None
        reply = self._node.engine.do(Beat(self._node.id, self._node.info()))
        reply.add_done_callback(self._has_beaten)

    def _has_beaten(self, reply: asyncio.Future[Beaten]) -> None:
        beaten = answer_of(reply)
        if beaten is None:  # it begins again when the engine is back
            return
        if self._is_known and not beaten.is_known:
            self._forgotten()
        self._is_known = True
        for dead in self._pulse.look(beaten.nodes):
            self._node.engine.do(Reap(dead)).add_done_callback(self._has_reaped)
        if self._timer is None and not self._node.is_closed:
            self._timer = self._node.loop.call_later(self._node.beat, self._beat)

    def _has_reaped(self, reply: asyncio.Future[Mapping[str, Changes]]) -> None:
        for channel, changes in (answer_of(reply) or {}).items():
            self._node.notices.tell(channel, changes)
        self._node.count_again()
