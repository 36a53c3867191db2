from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from onair.outbox.thread import readers_of_all, start


@pytest.mark.parametrize(
    ("onair", "alone"), [({}, False), ({"URL": "http://key:secret@push.example.com/apps/1"}, True)]
)
def test_one_reader_tells_where_all_processes_publish_to_one_server(
    settings: Settings, onair: dict[str, Any], alone: bool
) -> None:
    settings.ONAIR = onair
    assert {reader._is_alone for reader in readers_of_all()} == {alone}


def test_nobody_reads_in_tests(settings: Settings) -> None:
    settings.ONAIR = {"TRIGGERS": ["depot.Slot"]}
    assert start() is None
