from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from onair.outbox.thread import readers_of_all, start


@pytest.mark.parametrize(
    ("onair", "is_alone", "says_its_place"),
    [
        ({}, False, False),
        ({"URL": "http://key:secret@push.example.com/apps/1"}, True, False),
        ({"URL": "redis://127.0.0.1:1"}, True, True),
    ],
)
def test_one_reader_tells_where_all_processes_publish_to_one_place(
    settings: Settings, onair: dict[str, Any], is_alone: bool, says_its_place: bool
) -> None:
    settings.ONAIR = onair
    found = {(reader._is_alone, reader._say_place is not None) for reader in readers_of_all()}
    assert found == {(is_alone, says_its_place)}


def test_nobody_reads_in_tests(settings: Settings) -> None:
    settings.ONAIR = {"TRIGGERS": ["depot.Slot"]}
    assert start() is None
