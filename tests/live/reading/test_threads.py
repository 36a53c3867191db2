from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from onair.live.matching.reads import ReadSet
from onair.live.reading.recorder import Recorder, recording
from tests.live.reading.queries import Of
from tests.live.reading.telling import told
from tests.postgres import ON_FILE, ON_POSTGRES
from tests.site.club.models import Member


@pytest.mark.parametrize("database", [ON_FILE, ON_POSTGRES], indirect=True)
def test_each_thread_is_recorded_by_itself(of: Of, database: str) -> None:
    """Connecting is no reading, either."""

    def read(score: int) -> ReadSet:
        recorder = Recorder()
        try:
            with recording(recorder):
                list(of(Member).filter(score=score))
            return recorder.read_set()
        finally:
            connections[database].close()

    recorder = Recorder()
    with ThreadPoolExecutor(2) as pool, recording(recorder):
        one, two = pool.map(read, (1, 2))
    assert told(one) == ["Member: score = 1; by score"]
    assert told(two) == ["Member: score = 2; by score"]
    assert recorder.read_set() == ReadSet()
