"""TLS that one thread reads while another one writes."""

from __future__ import annotations

import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.certificates import Authority, trusting
from tests.server.clients import PATIENCE, wait_until

#: The functions of Python's own modules in which a thread waits for what comes.
WAITING = {"select", "read"}


def echo(served: ssl.SSLSocket) -> None:
    """Send back what comes, until nothing more does."""
    while data := served.recv(1024):
        served.sendall(data)


def be_silent(served: ssl.SSLSocket) -> None:
    """Read nothing, and send nothing, until the client goes."""
    with suppress(ConnectionError):
        socket.socket.recv(served, 1, socket.MSG_PEEK)


@contextmanager
def served(folder: Path, serve: Callable[[ssl.SSLSocket], None]) -> Iterator[ssl.SSLSocket]:
    """A client that has been welcomed by a server, which does so with the connection then."""
    authority = Authority(folder)

    def answer(listening: socket.socket) -> None:
        taken, _ = listening.accept()
        taken.settimeout(2 * PATIENCE)  # whoever waits for the server has given up before
        with authority.context("localhost").wrap_socket(taken, server_side=True) as connection:
            connection.sendall(b"w")
            serve(connection)

    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        ThreadPoolExecutor() as pool,
    ):
        answered = pool.submit(answer, listening)
        sock = socket.create_connection(listening.getsockname(), PATIENCE)
        with trusting(authority.roots).wrap_socket(sock, server_hostname="localhost") as client:
            assert client.version() == "TLSv1.3"
            client.settimeout(None)
            assert client.recv(1) == b"w"
            yield client
        answered.result(PATIENCE)


@contextmanager
def reading(client: ssl.SSLSocket) -> Iterator[Future[bytes]]:
    """What a thread reads that waits for something to come."""
    begun: Future[int] = Future()

    def take() -> bytes:
        begun.set_result(threading.get_ident())
        return client.recv(1024)

    seen = 0

    def waits() -> bool:
        """Whether it was seen there so often that it has come to where the system holds it."""
        nonlocal seen
        frame = sys._current_frames()[begun.result(PATIENCE)]
        seen = seen + 1 if frame.f_code.co_name in WAITING else 0
        return seen >= 20

    with ThreadPoolExecutor() as pool:
        answer = pool.submit(take)
        wait_until(waits, "it waits")
        yield answer


def test_one_thread_writes_while_another_one_waits_for_the_answer(tmp_path: Path) -> None:
    with served(tmp_path, echo) as client, reading(client) as answer:
        client.sendall(b"hello")
        assert answer.result(PATIENCE) == b"hello"


def test_a_close_lets_the_thread_go_that_waits(tmp_path: Path) -> None:
    with served(tmp_path, be_silent) as client, reading(client) as answer:
        client.close()
        assert wait([answer], PATIENCE).done


def test_a_reader_waits_no_longer_than_it_has_time(tmp_path: Path) -> None:
    with served(tmp_path, be_silent) as client:
        client.settimeout(0.01)
        with pytest.raises(TimeoutError):
            client.recv(1)
        assert client.gettimeout() == 0.01


def test_a_writer_without_room_leaves_the_turn_to_the_reader(tmp_path: Path) -> None:
    """The server reads when its word has been read."""
    has_heard = threading.Event()

    def talk_first(served: ssl.SSLSocket) -> None:
        served.sendall(b"first")
        assert has_heard.wait(PATIENCE)
        while served.recv(65536):
            pass

    with served(tmp_path, talk_first) as client, ThreadPoolExecutor() as pool:
        written = pool.submit(client.sendall, bytes(16 * 1024 * 1024))
        assert client.recv(1024) == b"first"
        has_heard.set()
        written.result(PATIENCE)
