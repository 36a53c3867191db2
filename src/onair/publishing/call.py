"""What is done among the events, in their order, and is no event: the call of somebody else's code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from onair.exceptions import ServiceDown
from onair.publishing import failures, stats
from onair.publishing.event import Outgoing
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
Item = Outgoing | Call


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


def runs(items: Sequence[Item]) -> list[Call | list[Outgoing]]:
    """Return the items in their order, the events between two calls together."""
    parts: list[Call | list[Outgoing]] = []
    for item in items:
        if isinstance(item, Call):
            parts.append(item)
        elif parts and isinstance(parts[-1], list):
            parts[-1].append(item)
        else:
            parts.append([item])
    return parts
