"""Start and stop, as ASGI servers announce them, for a site that may not listen."""

from __future__ import annotations

from collections.abc import Callable

from onair.server.types import ASGIApp, Event, Receive, Scope, Send


class Lifespan:
    """One conversation about start and stop.

    It is the site's. An application that knows no lifespan, as Django's, raises or returns; then this one
    answers in its place, beginning with what the site had taken and not answered.

    Args:
        inner: The site's application, if there is one.
        on_stop: Called when the server stops, before the site is told.
    """

    def __init__(
        self, inner: ASGIApp | None, receive: Receive, send: Send, on_stop: Callable[[], None]
    ) -> None:
        self._inner = inner
        self._receive = receive
        self._send = send
        self._on_stop = on_stop
        self._taken: Event | None = None
        self._has_answered = False

    async def run(self, scope: Scope) -> None:
        """Carry on until the server has stopped."""
        if self._inner is not None:
            try:
                await self._inner(scope, self._take, self._pass_on)
            except Exception:
                if self._has_answered:
                    raise
        if not self._has_answered:
            await self._answer()

    async def _take(self) -> Event:
        self._taken = await self._receive()
        if self._taken["type"] == "lifespan.shutdown":
            self._on_stop()
        return self._taken

    async def _pass_on(self, event: Event) -> None:
        self._has_answered = True
        await self._send(event)

    async def _answer(self) -> None:
        event = self._taken or await self._take()
        while True:
            await self._send({"type": f"{event['type']}.complete"})
            if event["type"] == "lifespan.shutdown":
                return
            event = await self._take()
