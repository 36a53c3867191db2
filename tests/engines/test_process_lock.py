from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from onair.engines.process_lock import LockedBy, PidFile, ProcessLock, RecordLock, is_alive

Start = Callable[[str], "subprocess.Popen[str]"]
KINDS = [RecordLock, PidFile]


def dead_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize("kind", KINDS)
def test_a_lock_is_held_once_and_then_free_again(kind: type[ProcessLock], tmp_path: Path) -> None:
    lock = kind(tmp_path / "lock")
    lock.acquire()
    with pytest.raises(LockedBy) as held:
        kind(tmp_path / "lock").acquire()
    assert held.value.pid == os.getpid()
    lock.release()
    again = kind(tmp_path / "lock")
    again.acquire()
    again.release()


@pytest.mark.parametrize("kind", KINDS)
def test_the_holder_is_known_and_asking_takes_nothing_from_it(
    kind: type[ProcessLock], tmp_path: Path, python: Start
) -> None:
    path = tmp_path / "lock"
    assert kind(path).holder() == 0
    lock = kind(path)
    lock.acquire()
    assert kind(path).holder() == os.getpid()
    other = python(
        "from pathlib import Path\n"
        f"from onair.engines.process_lock import {kind.__name__}\n"
        f"print({kind.__name__}(Path({str(path)!r})).holder(), flush=True)"
    )
    assert other.stdout is not None
    assert other.stdout.readline() == f"{os.getpid()}\n"
    lock.release()
    assert kind(path).holder() == 0


@pytest.mark.parametrize("kind", KINDS)
def test_another_process_is_kept_out_and_named(
    kind: type[ProcessLock], tmp_path: Path, python: Start
) -> None:
    holder = python(
        "from pathlib import Path\n"
        f"from onair.engines.process_lock import {kind.__name__}\n"
        f"{kind.__name__}(Path({str(tmp_path / 'lock')!r})).acquire()\n"
        "print('held', flush=True)\n"
        "input()"
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(LockedBy) as held:
        kind(tmp_path / "lock").acquire()
    assert held.value.pid == holder.pid
    holder.kill()
    holder.wait()
    lock = kind(tmp_path / "lock")
    lock.acquire()
    lock.release()


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_dead_process_left_does_not_lock(kind: type[ProcessLock], tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(str(dead_process()))
    lock = kind(tmp_path / "lock")
    lock.acquire()
    assert (tmp_path / "lock").read_text() == str(os.getpid())
    lock.release()


@pytest.mark.parametrize("content", ["", "not a number", "-1", "9" * 40])
def test_a_pid_file_without_a_process_does_not_lock(content: str, tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(content)
    lock = PidFile(tmp_path / "lock")
    lock.acquire()
    lock.release()


def test_a_process_is_alive_until_it_has_ended() -> None:
    assert is_alive(os.getpid())
    assert is_alive(1)
    assert not is_alive(dead_process())
    assert not is_alive(0)
