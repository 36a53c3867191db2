"""One request of the HTTP API, from its head to its answer."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from onair.protocol import signing
from onair.protocol.app import App
from onair.protocol.errors import AppDisabled, InvalidRequestSignature
from onair.server.api import router
from onair.server.api.answers import Answer, refusal
from onair.server.api.errors import NotFound, RequestTooLarge
from onair.server.api.request import Head, Request, read_query
from onair.server.api.router import Endpoint
from onair.server.server import ServedApp, Server


def begin(server: Server, head: Head) -> Call | Answer:
    """Judge a request by its head: a call that waits for the body, or at once a refusal.

    Bodies of requests that nobody signed, many of them held back before their end, would fill the memory.
    """
    try:
        return _verified(server, head)
    except Exception as error:
        return refusal(error)


class Call:
    """A request whose signature holds, and whose body is on its way."""

    __slots__ = ("_endpoint", "_names", "_pairs", "_params", "_served", "limit")

    def __init__(
        self,
        served: ServedApp,
        endpoint: Endpoint,
        names: Mapping[str, str],
        params: Mapping[str, str],
        pairs: Sequence[tuple[str, str]],
    ) -> None:
        self._served = served
        self._endpoint = endpoint
        self._names = names
        self._params = params
        self._pairs = pairs
        #: The bytes that the body may have.
        self.limit = endpoint.body_limit(served.app)

    def answer(self, body: bytes) -> Answer:
        """Carry out the request."""
        try:
            signing.verify_body(self._params, body)
            request = Request(self._names, self._params, self._pairs, body)
            return self._endpoint.answer(self._served, request)
        except Exception as error:
            return refusal(error)

    def too_large(self) -> Answer:
        """Refuse the body, which has more bytes than :attr:`limit`."""
        return refusal(RequestTooLarge(self.limit))


def _verified(server: Server, head: Head) -> Call:
    pairs = read_query(head.query)
    params = dict(pairs)
    place = router.locate(server, head.path, params)
    if place is None:
        raise NotFound(f"No app is served at {head.path}: check the app id")
    endpoint, names = router.find(head, place.path)
    if server.refusal is not None:  # nobody would hear it
        raise server.refusal.with_traceback(None)
    app = place.served.app
    _verify(app, head, params, pairs)
    if not app.enabled:
        raise AppDisabled(app.id)
    return Call(place.served, endpoint, names, params, pairs)


def _verify(app: App, head: Head, params: Mapping[str, str], pairs: Sequence[tuple[str, str]]) -> None:
    """Raise InvalidRequestSignature unless a secret of the app signed the head.

    Libraries sign the path as they were given it, and escape it when they send it; a program that is told to
    sign what it sends is right as well.
    """
    now = int(time.time())
    unescaped = unquote(head.path)
    try:
        signing.verify_request(app, head.method, unescaped, params, now=now, pairs=pairs)
    except InvalidRequestSignature as error:
        if unescaped == head.path:
            raise
        try:
            signing.verify_request(app, head.method, head.path, params, now=now, pairs=pairs)
        except InvalidRequestSignature:
            raise error from None
