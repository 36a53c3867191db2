"""What a hop may find."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Mark(Enum):
    """How a hop went."""

    PASSED = "ok"
    FAILED = "FAIL"
    SKIPPED = "skip"


@dataclass(frozen=True, slots=True)
class Passed:
    """It works. ``hints`` are sentences about what is not wrong, and could be better."""

    says: str
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """There is nothing to try, and why."""

    why: str


class Failed(Exception):
    """It does not work: what was seen, and the setting to change or the thing to do."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


Outcome = Passed | Skipped


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one hop, and in how many seconds."""

    hop: str
    mark: Mark
    seconds: float
    says: str
    remedy: str = ""
    hints: tuple[str, ...] = field(default=())
