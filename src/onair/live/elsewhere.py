"""The other processes that show live pages: whether there are any, and how they are told."""

from __future__ import annotations

import os
import time

from django.core.signals import setting_changed

from onair import conf
from onair.engines import announcements, local
from onair.exceptions import ConfigurationError
from onair.publishing import dispatch, stats, testrun
from onair.publishing.circuit import State

#: Seconds for which an answer holds. A process that writes looks no more often for who is announced.
HOLDS = 1.0

#: Bytes that may wait for being sent where what is handed over leaves at once.
MOST_WAITING = 1024 * 1024

_until = float("-inf")
_answer = False


def is_wanted() -> bool:
    """Whether another process of this site shows live pages, as far as it was announced a moment ago."""
    global _until, _answer
    now = time.monotonic()
    if now >= _until:
        _answer = _look()
        _until = now + HOLDS
    return _answer


def is_possible() -> bool:
    """Whether sockets may be in another process of this site. In tests they never are."""
    try:
        target = conf.target()
    except ConfigurationError:  # as each event says
        return False
    if isinstance(target, conf.HostedPusher) or testrun.is_on():
        return False
    return conf.engine() is not None or not is_here()


def are_many() -> bool:
    """Whether several processes may have sockets, and each hears what the others write."""
    return is_possible() and conf.engine() is not None and conf.settings.LIVE is not False


def is_reached() -> bool:
    """Whether what is handed over now leaves at once, as far as this process knows."""
    now = stats.read()
    return now.circuit is State.CLOSED and now.waiting_bytes <= MOST_WAITING


def is_here() -> bool:
    """Whether this process has sockets of the site."""
    return _server() is not None


def may_hold(socket_id: str) -> bool:
    """Whether a socket may be one of this process. Where no other process has any, it can only be that."""
    server = _server()
    if server is None:
        return False
    return server.holds is None or not is_possible() or server.holds(socket_id)


def hand_over(name: str, line: bytes) -> None:
    """Hand a line over to the code that takes what has this name, in each other process with sockets."""
    dispatch.hand_over(name, line)


def hand_over_now(name: str, line: bytes) -> None:
    """Hand a line over, and wait until it is there."""
    dispatch.hand_over_now(name, line)


def _server() -> local.LocalServer | None:
    try:
        return local.find_server(conf.app().id)
    except ConfigurationError:  # as each event says
        return None


def _look() -> bool:
    if not is_possible() or not isinstance(conf.target(), conf.Embedded):
        return False
    if conf.engine() is not None:
        # Nobody can be asked without waiting, and what is not told while a page opens is missed for good.
        return True
    try:
        announced = announcements.find(conf.site_key())
    except (announcements.UnsafeFolder, OSError):  # as each event says
        return False
    return announced is not None and announced.live


def _forget(**kwargs: object) -> None:
    global _until
    _until = float("-inf")


setting_changed.connect(_forget, dispatch_uid="onair.live.elsewhere")
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
