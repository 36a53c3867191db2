"""A hop of an event's way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from onair.doctor.examination import Examination
from onair.doctor.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Hop:
    """Something that can be tried.

    Args:
        name: What it is called, for people and for the hops that need it.
        run: Tries it. Raises Failed where it does not work.
        needs: The hops without which it makes no sense: where one of them failed, it is left out.
    """

    name: str
    run: Callable[[Examination], Outcome]
    needs: tuple[str, ...] = ()
