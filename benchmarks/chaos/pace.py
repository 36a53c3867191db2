"""When a page comes back, as js/src/backoff.js and js/src/closing.js have it. Pure; times in seconds."""

from __future__ import annotations

from dataclasses import dataclass

#: No wait is longer than this above its floor.
LONGEST = 30.0


@dataclass(frozen=True, slots=True)
class Pace:
    """The least to wait, and the range above it for the first try, which doubles with each further one."""

    floor: float
    spread: float

    def delay(self, attempt: int, chance: float) -> float:
        """The wait before a try, after so many that have failed; ``chance`` is from 0 up to 1."""
        return self.floor + chance * min(LONGEST, self.spread * 2.0**attempt)


_USUAL = Pace(0, 1)

#: By the first two digits of the close code. None: it stays away.
_PACES: dict[int, Pace | None] = {40: None, 41: Pace(1, 2), 42: Pace(0, 0.5)}


def pace_after(code: int) -> Pace | None:
    """How a client comes back after a close code; None where it does not."""
    return _PACES.get(code // 100, _USUAL)
