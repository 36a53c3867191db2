"""What runs beside the sockets starts and ends with them, and cannot hurt them."""

from __future__ import annotations

import pytest

from onair.embedded import companions
from onair.embedded.companions import Companions


@pytest.fixture
def happened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What two companions did, between which one cannot start and one cannot end."""
    happened: list[str] = []

    def good(name: str) -> companions.Start:
        def start() -> companions.Stop:
            happened.append(f"{name} starts")
            return lambda: happened.append(f"{name} ends")

        return start

    def cannot_start() -> companions.Stop:
        raise RuntimeError("no start")

    def cannot_end() -> companions.Stop:
        def stop() -> None:
            raise RuntimeError("no end")

        return stop

    monkeypatch.setattr(companions, "_starts", [])
    for start in (good("first"), cannot_start, cannot_end, lambda: None, good("last")):
        companions.add(start)
    return happened


def test_all_start_and_end_whatever_one_of_them_does(
    happened: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    beside = Companions()
    beside.start()
    beside.stop()
    beside.stop()
    assert happened == ["first starts", "last starts", "last ends", "first ends"]
    assert [record.exc_info[1].args for record in caplog.records if record.exc_info] == [
        ("no start",),
        ("no end",),
    ]


def test_who_registers_twice_starts_once(happened: list[str]) -> None:
    for start in list(companions._starts):
        companions.add(start)
    Companions().start()
    assert happened == ["first starts", "last starts"]


def test_what_has_ended_does_not_start(happened: list[str]) -> None:
    beside = Companions()
    beside.stop()
    beside.start()
    assert not happened
