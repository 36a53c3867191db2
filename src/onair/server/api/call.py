"""One request of the HTTP API, from its head to its answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from urllib.parse import unquote

from onair.engines.node import Later
from onair.protocol import signing
from onair.protocol.errors import AppDisabled, InvalidRequestSignature, shortened
from onair.server.api import router
from onair.server.api.answers import Answer, refusal
from onair.server.api.errors import NotFound, RequestTooLarge
from onair.server.api.request import Head, Request
from onair.server.api.router import Endpoint, Target
from onair.server.server import ServedApp, Server


def begin(server: Server, head: Head) -> Call | Answer:
    """Judge a request by its head: a call that waits for the body, or at once a refusal."""
    target = router.locate(server, head)
    if target is None:
        where = shortened(head.path)
        return refusal(
            NotFound(f"No app is served at {where}: check its id, or auth_key where none is named")
        )
    return begin_at(server, target)


def begin_at(server: Server, target: Target) -> Call | Answer:
    """Judge a request for an app of ours by its head.

    Bodies of requests that nobody signed, many of them held back before their end, would fill the memory.
    """
    try:
        endpoint, names = router.find(target)
        if server.refusal is not None:  # nobody would hear it
            raise server.refusal.with_traceback(None)
        _verify(target)
        if not target.served.app.enabled:
            raise AppDisabled(target.served.app.id)
        return Call(target, endpoint, names)
    except Exception as error:
        return refusal(error)


class Call:
    """A request whose signature holds, and whose body is on its way."""

    __slots__ = ("_endpoint", "_names", "_target", "limit")

    def __init__(self, target: Target, endpoint: Endpoint, names: Mapping[str, str]) -> None:
        self._target = target
        self._endpoint = endpoint
        self._names = names
        #: The bytes that the body may have.
        self.limit = endpoint.body_limit(target.served.app)

    @property
    def served(self) -> ServedApp:
        return self._target.served

    def answer(self, body: bytes) -> Later[Answer]:
        """Carry out the request. The answer, or the future of it, which never fails."""
        try:
            signing.verify_body(self._target.params, body)
            request = Request(self._names, self._target.params, self._target.pairs, body)
            answer = self._endpoint.answer(self._target.served, request)
        except Exception as error:
            return refusal(error)
        return _or_refusal(answer) if isinstance(answer, asyncio.Future) else answer

    def too_large(self) -> Answer:
        """Refuse the body, which has more bytes than :attr:`limit`."""
        return refusal(RequestTooLarge(self.limit))


def _or_refusal(answer: asyncio.Future[Answer]) -> asyncio.Future[Answer]:
    result: asyncio.Future[Answer] = answer.get_loop().create_future()

    def done(answered: asyncio.Future[Answer]) -> None:
        if not result.cancelled():
            error = answered.exception()
            result.set_result(answered.result() if error is None else refusal(_plain(error)))

    answer.add_done_callback(done)
    return result


def _plain(error: BaseException) -> Exception:
    return error if isinstance(error, Exception) else RuntimeError(repr(error))


def _verify(target: Target) -> None:
    """Raise InvalidRequestSignature unless a secret of the app signed the head.

    Libraries sign the path as they were given it, and escape it when they send it; a program that is told to
    sign what it sends is right as well.
    """
    unescaped = unquote(target.head.path)
    try:
        _verify_path(target, unescaped)
    except InvalidRequestSignature as error:
        if unescaped == target.head.path:
            raise
        try:
            _verify_path(target, target.head.path)
        except InvalidRequestSignature:
            raise error from None


def _verify_path(target: Target, path: str) -> None:
    signing.verify_request(
        target.served.app, target.head.method, path, target.params, now=int(time.time()), pairs=target.pairs
    )
