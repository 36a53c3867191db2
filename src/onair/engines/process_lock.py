"""A lock that one process holds until it ends, and a file that says which process that is."""

from __future__ import annotations

import os
import struct
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Protocol

if sys.platform != "win32":
    import fcntl

    #: C's ``struct flock``: type, whence, start, length, pid on Linux; the BSDs have the first two last.
    _FLOCK, _TYPE, _PID = ("hhqqi", 0, 4) if sys.platform == "linux" else ("qqihh", 3, 2)


class LockedBy(Exception):
    """The lock is held by the process ``pid``."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"locked by process {pid}")
        self.pid = pid


class ProcessLock(Protocol):
    """What both kinds of lock do. A lock is acquired once and released once."""

    def __init__(self, path: Path) -> None: ...

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            LockedBy: a live process holds it, this one included.
        """

    def release(self) -> None:
        """Give the lock back. The end of the process does the same."""

    def holder(self) -> int:
        """Return the id of the live process that holds the lock, this one included; 0 where none does."""


class RecordLock:
    """A POSIX record lock: the kernel gives it back however the process ends.

    The kernel grants it again to the process that holds it, and takes it away when that process closes any
    descriptor of the file (POSIX, fcntl). So the paths that this process has locked are kept, and such a file
    is never opened twice, by no two threads either.
    """

    _held: ClassVar[set[Path]] = set()
    _opening: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def acquire(self) -> None:
        with self._opening:
            self._acquire()

    def _acquire(self) -> None:
        if self._path in self._held:
            raise LockedBy(os.getpid())
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise LockedBy(_pid_in(self._path)) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor
        self._held.add(self._path)

    def release(self) -> None:
        with self._opening:
            self._held.discard(self._path)
            os.close(self._descriptor)

    def holder(self) -> int:
        with self._opening:
            return os.getpid() if self._path in self._held else self._ask_kernel()

    def _ask_kernel(self) -> int:
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            return 0
        try:
            asked = [0] * 5
            asked[_TYPE] = fcntl.F_WRLCK
            found = struct.unpack(_FLOCK, fcntl.fcntl(descriptor, fcntl.F_GETLK, struct.pack(_FLOCK, *asked)))
        finally:
            os.close(descriptor)
        return 0 if found[_TYPE] == fcntl.F_UNLCK else int(found[_PID])


class PidFile:
    """A file with a process id, where there are no record locks. A dead process's file counts for nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def acquire(self) -> None:
        try:
            self._write()
        except FileExistsError:
            pid = _pid_in(self._path)
            if is_alive(pid):
                raise LockedBy(pid) from None
            self._path.unlink(missing_ok=True)
            self._write()

    def release(self) -> None:
        self._path.unlink(missing_ok=True)

    def holder(self) -> int:
        pid = _pid_in(self._path)
        return pid if is_alive(pid) else 0

    def _write(self) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(str(os.getpid()))


def process_lock(path: Path) -> ProcessLock:
    """Return the best lock that this system has."""
    return PidFile(path) if sys.platform == "win32" else RecordLock(path)


def is_alive(pid: int) -> bool:
    """Whether a process has this id; whether it is the one that was meant, nobody can say."""
    if pid <= 0:
        return False
    if sys.platform == "win32":
        return _is_alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True


def _pid_in(path: Path) -> int:
    """Return the process id in the file, 0 where there is none."""
    with suppress(OSError, ValueError):
        return int(path.read_text())
    return 0


if sys.platform == "win32":
    import ctypes

    _SYNCHRONIZE = 0x0010_0000

    def _is_alive_on_windows(pid: int) -> bool:
        # Not os.kill: on Windows the signal 0 is Ctrl-C.
        handle = ctypes.windll.kernel32.OpenProcess(_SYNCHRONIZE, False, pid)
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)

else:

    def _forget() -> None:
        """A child holds none of its parent's locks, and has none of its threads."""
        RecordLock._held.clear()
        RecordLock._opening = threading.Lock()

    os.register_at_fork(after_in_child=_forget)
