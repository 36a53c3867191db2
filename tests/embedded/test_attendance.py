"""Who comes to the channels of live regions, told in the process of the sockets."""

from __future__ import annotations

from collections.abc import Iterator
from queue import SimpleQueue

import pytest

from onair.embedded import attendance
from onair.embedded.process import ProcessServer
from onair.hub import Attendance
from onair.protocol.signing import sign_channel
from tests.server.clients import PATIENCE, Client
from tests.server.running import running

LIVE = "private-onair-live-a"


class Book:
    """Takes down who comes and goes."""

    def __init__(self) -> None:
        self.entries: SimpleQueue[tuple[str, str, str]] = SimpleQueue()
        self.attendance = Attendance(
            lambda channel, socket_id: self.entries.put(("joined", channel, socket_id)),
            lambda channel, socket_id: self.entries.put(("left", channel, socket_id)),
        )


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    # Whoever follows live regions in this process would admit to none that no page has asked for.
    monkeypatch.setattr(attendance, "_attendances", [])
    book = Book()
    attendance.add(book.attendance)
    attendance.add(book.attendance)
    yield book
    attendance.remove(book.attendance)
    attendance.remove(book.attendance)


def test_a_sites_process_is_told_by_real_sockets(book: Book, caplog: pytest.LogCaptureFixture) -> None:
    def fail(channel: str, socket_id: str) -> None:
        raise RuntimeError("of this test")

    server = ProcessServer(shared=False)
    failing = Attendance(fail, fail)
    attendance.add(failing)
    try:
        with running(server.server) as site:
            credential = server.app.credentials[0]
            with site.connect(f"/app/{credential.key}?protocol=7") as connection:
                client = Client(connection)
                socket_id = client.established()
                client.subscribe(LIVE, auth=sign_channel(credential, socket_id, LIVE))
                assert book.entries.get(timeout=PATIENCE) == ("joined", LIVE, socket_id)
            assert book.entries.get(timeout=PATIENCE) == ("left", LIVE, socket_id)
            assert book.entries.empty()
    finally:
        attendance.remove(failing)
        server.close()
    assert caplog.text.count("RuntimeError: of this test") == 2
