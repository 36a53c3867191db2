"""The process that shows live pages, where it is another one: whether it runs, and how it is told."""

from __future__ import annotations

import os
import time

from django.core.signals import setting_changed

from onair import conf
from onair.engines import announcements, local
from onair.exceptions import ConfigurationError
from onair.publishing import dispatch, testrun

#: Seconds for which an answer holds. A process that writes looks no more often for who is announced.
HOLDS = 1.0

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
    """Whether the sockets may be in another process of this site. In tests they never are."""
    try:
        target = conf.target()
    except ConfigurationError:  # as each event says
        return False
    if isinstance(target, conf.HostedPusher) or testrun.is_on():
        return False
    return local.find_server(target.app.id) is None


def hand_over(name: str, line: bytes) -> None:
    """Hand a line over to the code that takes what has this name, in the server's process."""
    dispatch.hand_over(name, line)


def hand_over_now(name: str, line: bytes) -> None:
    """Hand a line over, and wait until it is there."""
    dispatch.hand_over_now(name, line)


def _look() -> bool:
    if not is_possible() or not isinstance(conf.target(), conf.Embedded):
        return False
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
