"""Workers of one server: killed, renewed, drained, and left alone, as real processes."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect, unix_connect

from tests.certificates import self_signed
from tests.embedded.running import PATIENCE, started
from tests.server.clients import Client, wait_until
from tests.supervision.running import PROGRAM, Crew, kill, serving

#: Longer than any test: what is not closed at once waits.
LONG = 600


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "served"
    folder.mkdir()
    return folder


@contextmanager
def joined(crew: Crew) -> Iterator[ClientConnection]:
    with crew.client() as connection:
        Client(connection).established()
        yield connection


@contextmanager
def client_of_each(crew: Crew) -> Iterator[dict[int, Client]]:
    """As many clients as it takes until each worker has one."""
    clients: dict[int, Client] = {}
    with ExitStack() as stack:
        while set(clients) != crew.pids():
            connection = stack.enter_context(joined(crew))
            clients[crew.worker_of(connection)] = Client(connection)
        yield clients


def test_all_workers_take_connections_at_one_address(folder: Path) -> None:
    with serving(folder, 3) as crew, client_of_each(crew) as clients:
        assert len(clients) == 3


def test_a_worker_that_is_killed_is_replaced_and_the_others_serve_on(folder: Path) -> None:
    with serving(folder) as crew, client_of_each(crew) as clients:
        victim, survivor = clients
        kill(victim)
        assert clients[victim].close_code() == 1006
        crew.process.wait_for(rf"process {victim}\) has ended by itself \(SIGKILL\)")
        clients[survivor].send("pusher:ping")
        assert clients[survivor].receive()["event"] == "pusher:pong"
        crew.wait_for_others(2, {victim})
        assert survivor in crew.pids()
        with client_of_each(crew) as again:
            assert set(again) == crew.pids()


class Visitors:
    """Clients that connect without a pause, one after the other, until the block ends."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._visit) for _ in range(4)]
        self.welcomed = 0
        self.refused: list[object] = []

    def __enter__(self) -> Visitors:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _visit(self) -> None:
        while not self._stop.is_set():
            try:
                with joined(self._crew):
                    self.welcomed += 1
            except (OSError, AssertionError, ConnectionClosed, TimeoutError) as error:
                self.refused.append(error)


@pytest.mark.parametrize("is_secure", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize("drain", [0, 0.5])
def test_a_renewal_refuses_nobody(drain: float, is_secure: bool, folder: Path) -> None:
    with (
        serving(folder, drain=drain, tls=combined(folder) if is_secure else None) as crew,
        client_of_each(crew) as clients,
        Visitors(crew) as visitors,
    ):
        before = crew.pids()
        crew.process.signal(signal.SIGHUP)
        assert {client.close_code() for client in clients.values()} == {4200}
        after = crew.wait_for_others(2, before)
        so_far = visitors.welcomed
        wait_until(lambda: visitors.welcomed > so_far + 10, "the new ones serve")
        assert crew.pids() == after
    assert not visitors.refused


def combined(folder: Path) -> Path:
    """A file with a certificate and its key."""
    files = self_signed(folder)
    path = folder / "both.pem"
    path.write_bytes(files.certificate.read_bytes() + files.key.read_bytes())
    return path


def test_a_renewal_that_cannot_start_leaves_the_old_workers(folder: Path) -> None:
    with serving(folder) as crew:
        before = crew.pids()
        (folder / "broken").write_text("3")
        crew.process.signal(signal.SIGHUP)
        crew.process.wait_for(r"A new worker ended before it served \(exit code 3\)")
        assert crew.answering() in before
        (folder / "broken").unlink()
        crew.process.signal(signal.SIGHUP)
        crew.wait_for_others(2, before)


def test_workers_that_cannot_start_end_the_server_with_their_exit_code(folder: Path) -> None:
    (folder / "broken").write_text("3")
    with started(folder, PROGRAM, "2", "127.0.0.1:0", "0") as process:
        assert process.exit_code() == 3
        assert "The workers end before they serve" in process.written
        assert "On air" not in process.written


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_a_signal_drains_the_workers_and_a_second_one_hurries_them(
    number: signal.Signals, folder: Path
) -> None:
    with serving(folder, drain=LONG) as crew, client_of_each(crew) as clients, ExitStack() as stack:
        more = [Client(stack.enter_context(joined(crew))) for _ in range(10)]
        os.killpg(crew.process.pid, number)  # as a terminal does, to all of the group
        crew.process.wait_for(r"Sockets to close in turn", count=2)
        with crew.client() as late:
            assert Client(late).close_code() == 4100
        os.killpg(crew.process.pid, number)
        assert {client.close_code() for client in [*clients.values(), *more]} == {4200}
        assert crew.process.exit_code() == 0
        assert "Traceback" not in crew.process.written


def test_a_drain_of_all_workers_ends_by_itself(folder: Path) -> None:
    with serving(folder, drain=0.2) as crew, client_of_each(crew) as clients:
        crew.process.signal(signal.SIGTERM)
        assert {client.close_code() for client in clients.values()} == {4200}
        assert crew.process.exit_code() == 0


def test_workers_end_when_their_parent_is_killed(folder: Path) -> None:
    with serving(folder, drain=LONG) as crew, client_of_each(crew) as clients:
        workers = [psutil.Process(pid) for pid in crew.pids()]
        kill(crew.process.pid)
        assert {client.close_code() for client in clients.values()} == {4200}
        _, alive = psutil.wait_procs(workers, PATIENCE)
        assert not alive
        host, port = crew.host.split(":")
        with serving(folder, bind=f"{host}:{port}") as again:
            assert again.answering() in again.pids()


def test_an_address_that_is_taken_is_an_error_with_the_remedy(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        with started(folder, PROGRAM, "2", bind, "0") as process:
            assert process.exit_code() != 0
            assert "stop what listens there, or take another address" in process.written
            assert "Traceback" not in process.written


@pytest.mark.parametrize("bind", ["localhost:0", "[::1]:0"])
def test_names_and_ipv6_are_served(bind: str, folder: Path) -> None:
    with serving(folder, bind=bind) as crew:
        port = crew.host.rpartition(":")[2]
        host = bind.rpartition(":")[0]
        with connect(f"ws://{host}:{port}/app/key?protocol=7", open_timeout=PATIENCE) as connection:
            Client(connection).established()


def test_a_unix_socket_is_shared_and_taken_away(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("u") / "onair.sock"
    with serving(folder, bind=f"unix:{path}") as crew:
        assert crew.host == f"{path}:0"
        before = crew.pids()
        with unix_connect(str(path), "ws://localhost/app/key?protocol=7") as connection:
            Client(connection).established()
        crew.process.signal(signal.SIGHUP)
        crew.wait_for_others(2, before)
        with unix_connect(str(path), "ws://localhost/app/key?protocol=7") as connection:
            client = Client(connection)
            client.established()
            crew.process.signal(signal.SIGTERM)
            assert client.close_code() == 4200
        assert crew.process.exit_code() == 0
    assert not path.exists()
