"""What live pages hear of: every write of this process, and those that other processes hand over."""

from __future__ import annotations

from contextvars import ContextVar
from functools import lru_cache

from django.core.signals import setting_changed

from onair import conf
from onair.changes import interest, wire
from onair.changes.change import Commit
from onair.embedded import handovers, process
from onair.exceptions import ConfigurationError
from onair.live import again, elsewhere, touching
from onair.live.sealing import seal, unseal

#: What a commit is called between processes.
CHANGES = "changes"

_has_pages = False

#: Whether what is told now was told by another process, to all that are to hear of it.
_is_from_elsewhere: ContextVar[bool] = ContextVar("onair.live.is_from_elsewhere", default=False)


def begin() -> None:
    """Say that this process has live pages: every write is captured, unless ``ONAIR["LIVE"]`` is False."""
    global _has_pages
    _has_pages = True
    process.show_live_pages()


def install() -> None:
    """Capture writes, and take those of other processes, from the moment when live pages want it."""
    handovers.add(CHANGES, _receive)
    touching.install()
    interest.watch_all(is_on)
    interest.listen(_hand_over)


def has_pages() -> bool:
    """Whether live pages were defined in this process."""
    return _has_pages


def is_on() -> bool:
    """Whether the writes of this process are captured now. Asked at each of them."""
    wanted = _setting()
    return _has_pages or elsewhere.is_wanted() if wanted is None else wanted


@lru_cache(maxsize=1)
def _setting() -> bool | None:
    try:
        wanted = conf.settings.LIVE
    except ConfigurationError:  # the check of the settings says what is wrong
        return False
    return None if wanted is None else bool(wanted)


def _forget(**kwargs: object) -> None:
    _setting.cache_clear()


setting_changed.connect(_forget, dispatch_uid="onair.live.capture")


def _hand_over(commit: Commit) -> None:
    if _is_from_elsewhere.get() or again.is_rendering():
        return
    if is_on() and elsewhere.is_possible() and commit:
        elsewhere.hand_over(CHANGES, seal(wire.encode(commit)))


def _receive(line: bytes) -> None:
    token = _is_from_elsewhere.set(True)
    try:
        interest.deliver(wire.decode(unseal(line)))
    finally:
        _is_from_elsewhere.reset(token)
