"""What is said on a new connection."""

from __future__ import annotations

from onair.engines.postgres.faults import check_version
from onair.engines.postgres.line import Row

GREETING = b"SELECT current_setting('default_transaction_isolation'), onair_engine_version()::text"

#: Under any other level a call would not see what the one before it has written.
ISOLATE = b"SET default_transaction_isolation = 'read committed'"


def needs_isolation(answer: list[Row]) -> bool:
    """Whether :data:`ISOLATE` must be said, by the answer to :data:`GREETING`.

    Raises:
        EngineRefused: The schema is of another version.
    """
    isolation, version = answer[0]
    check_version(int(version or 0))
    return isolation != b"read committed"
