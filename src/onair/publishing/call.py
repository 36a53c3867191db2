"""What is done among the events, in their order, and is none: the call of somebody else's code, above all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from onair.exceptions import ServiceDown
from onair.publishing import failures, stats
from onair.publishing.event import Outgoing
from onair.publishing.handover import Handover
from onair.publishing.route import Unavailable


@dataclass(frozen=True, slots=True)
class Call:
    """An action that may take its time.

    ``label`` says in the log what was to be done. ``size`` is what the action keeps in memory, in bytes.
    """

    action: Callable[[], object]
    label: str
    size: int = 0


#: What waits for its turn.
Item = Outgoing | Call | Handover


def run(call: Call) -> None:
    """Do it. An error is logged and counted, and never raised.

    Raises:
        Unavailable: the action says that its service is down (:class:`ServiceDown`).
    """
    try:
        call.action()
    except ServiceDown as down:
        raise Unavailable(
            f"call {call.label}", f"{call.label} failed: {down}", wish=down.retry_after
        ) from down
    except Exception as error:
        stats.add(failed=1)
        failures.report(f"call {call.label}", f"{call.label} failed: {error!r}.", error=error)
    else:
        stats.add(sent=1)


class Events(NamedTuple):
    """Events that follow each other."""

    items: list[Outgoing]


class Handovers(NamedTuple):
    """The same of what is handed over."""

    items: list[Handover]


class Both(NamedTuple):
    """Events, and what is handed over among them."""

    items: list[Outgoing | Handover]


#: What is done at once.
Part = Call | Events | Handovers | Both


def runs(items: Sequence[Item], *, together: bool = False) -> list[Part]:
    """Return the items in their order, those of one kind together, and each call alone.

    Args:
        together: whether events and what is handed over are of one kind.
    """
    parts: list[Part] = []
    for item in items:
        last = parts[-1] if parts else None
        match item:
            case Call():
                parts.append(item)
            case Outgoing() | Handover() if together:
                if not isinstance(last, Both):
                    parts.append(last := Both([]))
                last.items.append(item)
            case Outgoing():
                if not isinstance(last, Events):
                    parts.append(last := Events([]))
                last.items.append(item)
            case Handover():
                if not isinstance(last, Handovers):
                    parts.append(last := Handovers([]))
                last.items.append(item)
    return parts
