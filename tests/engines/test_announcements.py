"""Processes of one site find its server, and only one of them serves."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from onair.engines import announcements
from onair.engines.announcements import AlreadyServed, Announcement

Start = Callable[[str], "subprocess.Popen[str]"]

SERVE = """
from onair.engines import announcements
claim = announcements.claim("site")
claim.announce("127.0.0.1", 8123)
print("serving", flush=True)
input()
claim.withdraw()
print("withdrawn", flush=True)
input()
"""


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def go_on(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def announcement_file(folder: Path) -> Path:
    [site] = folder.glob("onair-*/site")
    return site / "server.json"


def test_nobody_serves_a_site_that_nobody_claimed() -> None:
    assert announcements.find("site") is None


def test_a_claim_that_is_not_announced_yet_is_not_found() -> None:
    claim = announcements.claim("site")
    assert announcements.find("site") is None
    claim.withdraw()


def test_a_server_is_found_until_it_withdraws() -> None:
    claim = announcements.claim("site")
    claim.announce("127.0.0.1", 8000)
    assert announcements.find("site") == Announcement(os.getpid(), "127.0.0.1", 8000)
    claim.withdraw()
    assert announcements.find("site") is None


def test_the_last_announcement_counts() -> None:
    claim = announcements.claim("site")
    claim.announce("127.0.0.1", 8000)
    claim.announce("127.0.0.1", 8001)
    found = announcements.find("site")
    assert found is not None
    assert found.port == 8001
    claim.withdraw()


@pytest.mark.parametrize(
    ("bound", "connectable"),
    [
        ("0.0.0.0", "127.0.0.1"),
        ("::", "::1"),
        ("", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1"),
        ("192.168.1.7", "192.168.1.7"),
        ("::1", "::1"),
    ],
)
def test_an_address_of_all_interfaces_is_announced_as_one_to_connect_to(bound: str, connectable: str) -> None:
    claim = announcements.claim("site")
    claim.announce(bound, 8000)
    found = announcements.find("site")
    assert found is not None
    assert found.host == connectable
    claim.withdraw()


def test_two_sites_do_not_see_each_other() -> None:
    one, other = announcements.claim("site"), announcements.claim("other")
    one.announce("127.0.0.1", 8000)
    assert announcements.find("other") is None
    one.withdraw()
    other.withdraw()


def test_a_second_claim_in_one_process_is_refused_and_leaves_the_first_alone(python: Start) -> None:
    claim = announcements.claim("site")
    with pytest.raises(AlreadyServed) as refused:
        announcements.claim("site")
    assert refused.value.pid == os.getpid()
    other = python(
        "from onair.engines import announcements as a\n"
        "try: a.claim('site')\n"
        "except a.AlreadyServed as e: print(e.pid, flush=True)"
    )
    assert line(other) == str(os.getpid())
    claim.withdraw()


def test_a_withdrawn_site_can_be_claimed_again() -> None:
    announcements.claim("site").withdraw()
    announcements.claim("site").withdraw()


def test_another_process_is_found_and_keeps_its_claim_until_it_withdraws(python: Start) -> None:
    server = python(SERVE)
    assert line(server) == "serving"
    assert announcements.find("site") == Announcement(server.pid, "127.0.0.1", 8123)
    with pytest.raises(AlreadyServed) as refused:
        announcements.claim("site")
    assert refused.value.pid == server.pid
    go_on(server)
    assert line(server) == "withdrawn"
    announcements.claim("site").withdraw()


def test_a_killed_server_is_not_found_and_the_next_claim_removes_its_file(
    python: Start, temporary_folder: Path
) -> None:
    server = python(SERVE)
    assert line(server) == "serving"
    server.send_signal(signal.SIGKILL)
    server.wait()
    assert announcement_file(temporary_folder).exists()
    assert announcements.find("site") is None
    claim = announcements.claim("site")
    assert not announcement_file(temporary_folder).exists()
    claim.withdraw()


def test_looking_for_a_killed_server_keeps_nobody_from_claiming_its_site(
    python: Start, temporary_folder: Path
) -> None:
    server = python(SERVE)
    assert line(server) == "serving"
    server.send_signal(signal.SIGKILL)
    server.wait()
    looking = python(
        "from onair.engines import announcements\n"
        "print('looking', flush=True)\n"
        "while True: announcements.find('site')"
    )
    assert line(looking) == "looking"
    content = announcement_file(temporary_folder).read_text()
    for _ in range(300):
        announcement_file(temporary_folder).write_text(content)
        announcements.claim("site").withdraw()


def test_who_got_the_id_of_a_killed_server_is_not_taken_for_it(python: Start, temporary_folder: Path) -> None:
    server, stranger = python(SERVE), python("input()")
    assert line(server) == "serving"
    server.send_signal(signal.SIGKILL)
    server.wait()
    file = announcement_file(temporary_folder)
    file.write_text(file.read_text().replace(str(server.pid), str(stranger.pid)))
    assert announcements.find("site") is None


def test_who_got_the_id_of_a_killed_server_is_not_taken_for_it_while_the_next_one_starts(
    python: Start, temporary_folder: Path
) -> None:
    server, stranger = python(SERVE), python("input()")
    assert line(server) == "serving"
    server.send_signal(signal.SIGKILL)
    server.wait()
    file = announcement_file(temporary_folder)
    file.write_text(file.read_text().replace(str(server.pid), str(stranger.pid)))
    claim = announcements.claim("site")
    assert announcements.find("site") is None
    claim.withdraw()


@pytest.mark.parametrize("content", ["", "{", "[]", '"text"', '{"pid": 1}', '{"unknown": 1}'])
def test_a_file_that_is_no_announcement_counts_as_none(content: str, temporary_folder: Path) -> None:
    announcements.find("site")
    announcement_file(temporary_folder).write_text(content)
    assert announcements.find("site") is None


def test_a_forked_child_neither_holds_the_claim_nor_can_withdraw_it(python: Start) -> None:
    parent = python(
        "import os\n"
        "from onair.engines import announcements as a\n"
        "claim = a.claim('site')\n"
        "claim.announce('127.0.0.1', 8123)\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    claim.withdraw()\n"
        "    try: a.claim('site')\n"
        "    except a.AlreadyServed as e: os._exit(0 if e.pid == os.getppid() else 1)\n"
        "    os._exit(2)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), a.find('site').port, flush=True)\n"
    )
    assert line(parent) == "0 8123"


def test_the_announcement_is_for_this_user_alone(temporary_folder: Path) -> None:
    claim = announcements.claim("site")
    claim.announce("127.0.0.1", 8000)
    [folder] = temporary_folder.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    claim.withdraw()
