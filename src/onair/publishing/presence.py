"""Who is on a presence channel, asked from any process of the site."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import msgspec
from asgiref.sync import sync_to_async

from onair import conf
from onair.engines import announcements, local
from onair.engines.base import Members as MembersOf
from onair.exceptions import BadChannel
from onair.protocol import names
from onair.protocol.app import App
from onair.protocol.errors import ProtocolError
from onair.protocol.member import Member as ProtocolMember
from onair.protocol.names import kind_of
from onair.publishing import engine_client, failures, testrun
from onair.publishing.circuit import Circuit, State
from onair.publishing.engine_client import Share, share_of
from onair.publishing.hosted import users_of
from onair.publishing.route import NotDelivered, Refused, Unavailable
from onair.publishing.routes import NO_SERVER, base_url
from onair.publishing.signed_client import SignedClient

#: Seconds that an answer may take.
TIMEOUT = 2.0


@dataclass(frozen=True, slots=True)
class Member:
    """A user on a presence channel.

    ``id`` is the user's id as text. ``info`` is what the other members see, a dictionary as a rule; None
    where the user has none, or the server is not ours and does not tell.
    """

    id: str
    info: Any = None


def members(channel: str, *, timeout: float = TIMEOUT) -> list[Member]:
    """Return who is on a presence channel, each user once, in the order of arrival.

    The server in this process is asked directly, any other over HTTP; with an engine (``redis://…``,
    ``postgres://…``) that is asked, for those on all of the site's processes. Where no server runs, or it
    does not answer, the list is empty, and the log (``onair.publishing``) says why. A server that has not
    answered several times is left alone for some seconds, so that not every request waits for it.

    Args:
        timeout: the seconds that the answer may take.

    Raises:
        BadChannel: it is no presence channel.
        ConfigurationError: the settings do not say where the server is.
    """
    _check(channel)
    target = conf.target()
    try:
        return _ask(target, channel, timeout)
    except NotDelivered as error:
        failures.report(f"members: {error.kind}", f"{error} So nobody seems to be on {channel}.")
    except announcements.UnsafeFolder as error:
        failures.report("members: folder", f"{error} So nobody seems to be on {channel}.")
    return []


async def amembers(channel: str, *, timeout: float = TIMEOUT) -> list[Member]:  # noqa: ASYNC109 (a socket's)
    """Return who is on a presence channel: :func:`members`, without holding up the event loop."""
    in_thread = sync_to_async(members, thread_sensitive=False)
    return await in_thread(channel, timeout=timeout)


def _check(channel: str) -> None:
    try:
        names.check_channel(channel)
    except (ProtocolError, AttributeError, TypeError):
        raise BadChannel(f"{channel!r} is not a channel's name.") from None
    if not kind_of(channel).has_members:
        raise BadChannel(
            f"{channel} has no members: presence channels have, whose names begin with presence-. "
            f"Let the page join presence-{channel.removeprefix('private-')}."
        )


def _ask(target: conf.Target, channel: str, timeout: float) -> list[Member]:
    if isinstance(target, conf.HostedPusher):
        return _guard.ask(lambda: [Member(user_id) for user_id in users_of(target, channel, timeout)])
    if isinstance(target, conf.RemoteServer):
        return _guard.ask(lambda: _over_http(target.app, target.base_url, channel, timeout))
    share = share_of(target)
    if share is not None:
        return _guard.ask(lambda: _shared(share, channel, timeout))
    directly = local.find_members(target.app.id)
    if directly is not None:
        return _in_process(directly, target.app, channel, timeout)
    announced = None if testrun.is_on() else announcements.find(conf.site_key())
    if announced is not None:
        address = base_url(announced)
        return _guard.ask(lambda: _over_http(target.app, address, channel, timeout))
    if not testrun.is_on():
        failures.warn_once("no server", NO_SERVER)
    return []


def _shared(share: Share, channel: str, timeout: float) -> list[Member]:
    found = engine_client.do(share, MembersOf(channel), timeout)
    return _of_all(found)


def _in_process(list_members: local.ListMembers, app: App, channel: str, timeout: float) -> list[Member]:
    try:
        found = list_members(app.id, channel, timeout)
    except TimeoutError:
        raise Unavailable(
            "loop",
            "The server in this process had no time to answer: something blocks its event loop. Run what "
            "takes its time in a thread.",
        ) from None
    return _of_all(found)


def _of_all(found: Iterable[ProtocolMember]) -> list[Member]:
    return [Member(each.user_id, each.info and msgspec.json.decode(each.info)) for each in found]


class _User(msgspec.Struct):
    id: str | int
    user_info: Any = None


class _Users(msgspec.Struct):
    users: list[_User]


def _over_http(app: App, address: str, channel: str, timeout: float) -> list[Member]:
    with closing(SignedClient(app, address)) as client:
        answer = client.request("GET", f"channels/{channel}/users", timeout=timeout, params=_WANTED)
    try:
        users = msgspec.json.decode(answer, type=_Users).users
    except msgspec.DecodeError as error:
        raise Refused(
            "answer", f'What answers at {address} is no server of channels: {error}. Check ONAIR["URL"].'
        ) from error
    return [Member(str(user.id), user.user_info) for user in users]


#: An extension of our server; others pass over it.
_WANTED = {"info": "user_info"}


class _Guard:
    """Leaves a server alone that has not answered several times: each request would wait for it."""

    def __init__(self, circuit: Circuit | None = None) -> None:
        self._circuit = circuit or Circuit()
        self._lock = threading.Lock()

    def ask(self, question: Callable[[], list[Member]]) -> list[Member]:
        """Ask it.

        Raises:
            NotDelivered: there is no answer, or it is not the time to ask.
        """
        with self._lock:
            may_ask = self._circuit.begin(time.monotonic(), last=self._circuit.state is State.CLOSED)
        if not may_ask:
            raise Unavailable("pause", "The server has not answered lately, and is not asked for a moment.")
        try:
            answer = question()
        except Unavailable as error:
            chance = random.random()  # noqa: S311 # it spreads tries, and guards nothing
            with self._lock:
                self._circuit.fail(time.monotonic(), chance=chance, wish=error.wish)
            raise
        except BaseException:
            self._answered()
            raise
        self._answered()
        return answer

    def _answered(self) -> None:
        with self._lock:
            self._circuit.succeed()


_guard = _Guard()


def _begin_anew() -> None:
    global _guard
    _guard = _Guard()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
