"""The server of one process: claimed, announced, closed, and nothing of it in a forked child."""

from __future__ import annotations

import asyncio
import multiprocessing
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from onair import conf
from onair.embedded import process
from onair.embedded.process import ProcessServer
from onair.engines import announcements, local
from onair.engines.announcements import AlreadyServed, Announcement
from onair.protocol.errors import OverCapacity
from tests.server.clients import wait_until


@pytest.fixture(autouse=True)
def site(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A site that no other test knows, with announcements of its own, and no server in this process yet."""
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(process, "_current", None)
    yield
    process.close()


@pytest.fixture
def server() -> Iterator[ProcessServer]:
    server = ProcessServer()
    server.open()
    yield server
    server.close()


def announced() -> Announcement | None:
    return announcements.find(conf.site_key())


def test_a_process_has_one_server() -> None:
    assert process.current() is process.current() is not None


def test_in_a_test_run_other_processes_do_not_find_it() -> None:
    server = process.current()
    assert server is not None
    server.announce("127.0.0.1", 8000)
    assert announced() is None
    assert local.find("1") == server.server.publish_soon


@pytest.mark.parametrize("url", ["pusher://key:secret@eu/1", "http://key:secret@localhost/apps/1"])
def test_there_is_none_where_the_sockets_are_elsewhere(url: str, settings: Settings) -> None:
    settings.ONAIR = {"URL": url}
    assert process.current() is None


def test_an_open_server_takes_what_this_process_publishes(server: ProcessServer) -> None:
    assert local.find("1") == server.server.publish_soon
    server.close()
    assert local.find("1") is None


def test_the_first_address_is_announced_until_the_server_closes(server: ProcessServer) -> None:
    assert announced() is None
    server.announce("0.0.0.0", 8000)
    server.announce("127.0.0.1", 9000)
    found = announced()
    assert found is not None
    assert (found.host, found.port) == ("127.0.0.1", 8000)
    server.close()
    assert announced() is None


def test_closing_twice_leaves_the_next_server_alone(server: ProcessServer) -> None:
    server.close()
    following = ProcessServer()
    following.open()
    server.close()
    assert local.find("1") == following.server.publish_soon
    assert following.is_public
    following.close()


def test_a_closed_server_announces_nothing(server: ProcessServer) -> None:
    server.close()
    server.announce("127.0.0.1", 8000)
    assert announced() is None


def test_a_private_server_serves_this_process_alone() -> None:
    private = ProcessServer(shared=False)
    private.open()
    private.announce("127.0.0.1", 8000)
    assert local.find("1") == private.server.publish_soon
    assert announced() is None
    assert not private.stands_by
    private.close()


def test_a_site_that_is_served_is_refused_to_those_who_do_not_stand_by(server: ProcessServer) -> None:
    second = ProcessServer()
    with pytest.raises(AlreadyServed):
        second.open(stand_by=False)
    assert local.find("1") == server.server.publish_soon


def test_one_that_stands_by_refuses_sockets_and_names_the_remedy(
    server: ProcessServer, caplog: pytest.LogCaptureFixture
) -> None:
    second = ProcessServer()
    second.open()
    assert second.stands_by
    assert isinstance(second.server.refusal, OverCapacity)
    assert "ONAIR_URL" in second.server.refusal.message
    [record] = caplog.records
    assert "ONAIR_URL" in record.getMessage()
    assert local.find("1") == server.server.publish_soon
    second.close()
    assert local.find("1") == server.server.publish_soon


def test_one_that_stands_by_takes_over(
    server: ProcessServer, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "STAND_BY", 0.01)
    second = ProcessServer()
    second.open()
    second.announce("127.0.0.1", 8000)
    loop.call_soon_threadsafe(second.attach, loop)
    assert announced() is None
    server.close()
    wait_until(announced, "the second announces itself")
    assert local.find("1") == second.server.publish_soon
    assert second.server.refusal is None
    second.close()


def test_a_folder_that_cannot_be_trusted_leaves_the_process_alone_with_its_sockets(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    announced()  # makes the folder
    [folder] = tmp_path.glob("onair-*")
    folder.chmod(0o777)
    server = ProcessServer()
    server.open()
    server.announce("127.0.0.1", 8000)
    assert local.find("1") == server.server.publish_soon
    assert not server.stands_by
    [record] = caplog.records
    assert str(folder) in record.getMessage()
    server.close()


def _state_of_child(answers: multiprocessing.SimpleQueue[tuple[bool, bool]]) -> None:
    inherited = process._current is not None
    process.close()
    answers.put((inherited, local.find("1") is not None))


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_has_no_server_and_takes_nothing_of_its_parents(
    server: ProcessServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_current", server)
    server.announce("127.0.0.1", 8000)
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    child = context.Process(target=_state_of_child, args=(answers,))
    child.start()
    child.join()
    assert answers.get() == (False, False)
    assert announced() is not None
