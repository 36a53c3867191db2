"""An event's path in words: a line of the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from onair.inspector import following
from onair.inspector.merging import Event
from onair.inspector.record import Stage, Step

_STAGES = {
    Stage.PUBLISHED: gettext_noop("published"),
    Stage.COMMITTED: gettext_noop("committed"),
    Stage.SENT: gettext_noop("sent"),
}

#: Reasons of :mod:`onair.inspector.following`; all others are those of the log, which is in English.
_REASONS = {
    following.NOBODY: gettext_noop("nobody listens"),
    following.ALONE: gettext_noop("only who has sent it listens"),
    following.KEPT: gettext_noop("nobody listens; it is kept for who comes"),
}


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a path: what it is, how long after the first one it was, and why it is the last."""

    kind: str
    text: str
    after: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of the log."""

    live_key: str
    time: datetime
    milliseconds: str
    name: str
    channels: tuple[str, ...]
    size: int
    state: str
    steps: tuple[StepRow, ...]


def event_row(event: Event) -> EventRow:
    """Return an event as a line of the log."""
    steps = [_step(step, event) for step in event.steps]
    if event.steps[0].stage is not Stage.PUBLISHED:
        text = (
            _("sent by a browser") if event.from_client else _("published by a process that was not watched")
        )
        steps.insert(0, StepRow("unknown", text))
    elif event.steps[-1].stage is Stage.PUBLISHED:
        steps.append(StepRow("waiting", _("not committed: its transaction is open, or was rolled back")))
    elif event.steps[-1].stage is Stage.COMMITTED:
        steps.append(StepRow("waiting", _("waits to be sent")))
    time = timezone.localtime(datetime.fromtimestamp(event.began, timezone.get_current_timezone()))
    return EventRow(
        event.live_key,
        time,
        f"{time.microsecond // 1000:03}",
        event.name,
        event.channels,
        event.size,
        event.state.value,
        tuple(steps),
    )


def duration(seconds: float) -> str:
    """Return a short time with its unit."""
    if seconds < 0.0001:
        return _("<%s ms") % number_format(0.1, 1)
    digits = 1 if seconds < 0.1 or seconds >= 1 else 0
    if seconds < 0.0001:
        return _("<%s ms") % number_format(0.1, 1)
    # Rounded here: Django cuts digits off.
    if seconds >= 1:
        return _("%s s") % number_format(round(seconds, 1), 1)
    digits = 1 if seconds < 0.1 else 0
    return _("%s ms") % number_format(round(seconds * 1000, digits), digits)


def _step(step: Step, event: Event) -> StepRow:
    after = "" if step is event.steps[0] else f"+{duration(max(0.0, step.at - event.began))}"
    return StepRow(
        step.stage.value, _text(step, event), after, _(_REASONS.get(step.why, step.why)) if step.why else ""
    )


def _text(step: Step, event: Event) -> str:
    where = f" ({step.channel})" if step.channel and len(event.channels) > 1 else ""
    if step.stage is Stage.DELIVERED:
        count = step.count or 0
        return ngettext("delivered to %d socket", "delivered to %d sockets", count) % count + where
    if step.stage is Stage.DROPPED:
        return (_("not delivered") if step.count is not None else _("dropped")) + where
    if step.stage is Stage.SENT and any(
        one.stage is Stage.DELIVERED for one in event.steps[: event.steps.index(step)]
    ):
        return _("confirmed")  # the server's answer came behind the event
    return _(_STAGES[step.stage])
