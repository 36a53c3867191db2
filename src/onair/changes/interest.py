"""Who wants to know of writes: the models that are watched, and the listeners that get each commit."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any

from django.core.signals import setting_changed
from django.db.models import Model

from onair import conf, testrun
from onair.changes import last_writes, writing
from onair.changes.change import Commit, Found
from onair.changes.notes import Notes
from onair.changes.recording import Recording
from onair.exceptions import ConfigurationError
from onair.gathering import Gathering

logger = logging.getLogger("onair.changes")

Listener = Callable[[Commit], object]

#: Whole applications, and models, whose writes are nobody's news.
_NEVER_APPS = {"migrations", "sessions", "onair_outbox"}
_NEVER_MODELS = {"admin.logentry"}

_watched: set[type[Model]] = set()
_all: Callable[[], bool] | None = None
_listeners: list[Listener] = []


def watch(model: type[Model]) -> None:
    """Capture the writes to a model's own table from now on, each row of them with its key.

    The tables of its parents, and those behind its many-to-many fields, are to be watched on their own.

    Raises:
        ConfigurationError: the writes of this model are never captured.
    """
    from onair.changes import compilers

    concrete = model._meta.concrete_model or model
    if is_never_captured(concrete):
        raise ConfigurationError(
            f"{concrete._meta.label} is never captured: sessions, migrations, the admin's log and the outbox "
            "are written with every request, or by the capture itself. Watch another model."
        )
    _watched.add(concrete)
    compilers.install()


def _always() -> bool:
    return True


def watch_all(when: Callable[[], bool] = _always) -> None:
    """Capture the writes to every table from now on, the silent ones as well.

    Nothing is read for it: of a table that nobody watches by itself, a write whose query does not name its
    rows is told as one row without a key, and with what the query says of all of them.

    Args:
        when: asked at each write whether it is to be captured, so it must be quick; the last one counts.
    """
    from onair.changes import compilers

    global _all
    _all = when
    compilers.install()


def watches_all() -> bool:
    """Whether the writes to every table are captured, now."""
    return _all is not None and _all()


@cache
def is_never_captured(model: type[Model]) -> bool:
    """Whether a model's writes are nobody's news, whoever asks."""
    return model._meta.app_label in _NEVER_APPS or model._meta.label_lower in _NEVER_MODELS


def is_captured(model: type[Model]) -> bool:
    """Whether a write to this concrete model's table is captured where the ORM makes it.

    A table with triggers is seen by them alone, so that nothing is said twice; in tests nobody reads what
    they write down.
    """
    wanted = model in _watched or (_all is not None and not is_never_captured(model) and _all())
    return wanted and (not has_triggers(model) or testrun.is_set_up())


def reads_rows(model: type[Model]) -> bool:
    """Whether the keys of a captured write's rows are read where its query does not name them."""
    return model in _watched and not writing.current().silent


def listen(listener: Listener) -> None:
    """Call the listener with each commit from now on, on the thread that committed.

    A commit may turn out to be empty: it is looked into only where a listener wants to know.
    """
    if listener not in _listeners:
        _listeners.append(listener)


def deliver(commit: Commit) -> None:
    """Give a commit to the listeners. What one of them raises is logged, and reaches nobody."""
    if last_writes.is_kept():
        # Again: whoever loaded a row between the write and its commit has loaded what it was before.
        last_writes.note_all(
            (row for row in commit.rows if row.model in _watched), _watched.intersection(commit.tables)
        )
    for listener in tuple(_listeners):
        try:
            listener(commit)
        except Exception:
            logger.exception("%r failed for what was written to %r: it was not told.", listener, commit.using)


def _deliver_notes(using: str, stretches: Sequence[Notes]) -> None:
    deliver(Commit.of(using, lambda: _looked_into(stretches)))


def _deliver_silent_notes(using: str, stretches: Sequence[Notes]) -> None:
    deliver(Commit.of(using, lambda: _looked_into(stretches), silent=True))


def _looked_into(stretches: Sequence[Notes]) -> Found:
    recording = Recording()
    for notes in stretches:
        notes.put_into(recording)
    return recording.rows, recording.tables


#: What the transactions that are open have written so far.
notes: Gathering[Notes] = Gathering(Notes, _deliver_notes)
silent_notes: Gathering[Notes] = Gathering(Notes, _deliver_silent_notes)


def has_triggers(model: type[Model]) -> bool:
    """Whether ``ONAIR["TRIGGERS"]`` names the model, so that its triggers alone see what is written."""
    labels = _trigger_labels()
    if not labels:
        return False
    # The table behind a many-to-many field goes with the model that has the field.
    owner: Any = model._meta.auto_created or model
    return owner._meta.label_lower in labels


@lru_cache(maxsize=1)
def _trigger_labels() -> frozenset[str]:
    return frozenset(str(label).lower() for label in conf.settings.TRIGGERS or ())


def _forget(**kwargs: Any) -> None:
    _trigger_labels.cache_clear()


setting_changed.connect(_forget, dispatch_uid="onair.changes")
