"""What is said of a server that goes and comes, and what an interrupted try leaves behind."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from onair.publishing.call import Item
from onair.publishing.carrier import Carrier
from onair.publishing.circuit import Pace
from onair.publishing.route import Outage, Unavailable
from tests.publishing.conftest import outgoing

AT_ONCE = Pace(first_pause=0, failures=1)


class Server:
    """Takes items, or does not."""

    answer: Outage | BaseException | None = None

    def attempt(self, items: Sequence[Item], deadline: float) -> Outage | None:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


@pytest.fixture
def server() -> Server:
    return Server()


def outage(kind: str) -> Outage:
    return Outage(Unavailable(kind, f"It is down: {kind}."), 1)


def carry(carrier: Carrier) -> None:
    assert carrier.begin()
    carrier.carry([outgoing()], float("inf"))


def test_each_outage_is_said_once_and_so_is_its_end(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    carrier = Carrier(server.attempt, AT_ONCE)
    for kind in ("a flood", "a fire"):
        for server.answer in (outage(kind), outage(kind), None, None):
            carry(carrier)
    said = [record.getMessage() for record in caplog.records]
    beginnings = ["It is down: a flood.", "The server answers again", "It is down: a fire."]
    assert len(said) == 4
    assert all(map(str.startswith, said, [*beginnings, "The server answers again"]))


def test_a_try_that_is_interrupted_leaves_the_way_to_the_next_one(server: Server) -> None:
    carrier = Carrier(server.attempt, AT_ONCE)
    server.answer = outage("a flood")
    carry(carrier)
    server.answer = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        carry(carrier)
    server.answer = None
    carry(carrier)
    assert not carrier.is_down
