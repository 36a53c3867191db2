"""How the other processes of a site find its running server: a file in a private temporary folder.

Each site has a folder there, named by its key, with two files: ``lock``, held by the one process that may
serve the site's app, and ``server.json``, where it listens.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from onair.engines.private_folder import UnsafeFolder, private_folder
from onair.engines.process_lock import LockedBy, ProcessLock, process_lock

__all__ = ["AlreadyServed", "Announcement", "Claim", "UnsafeFolder", "claim", "connectable", "find"]

#: An address that means every interface, and the one to connect to instead.
_CONNECTABLE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (nothing is bound)


class AlreadyServed(Exception):
    """Another process, ``pid``, serves this site's app already."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"process {pid} serves this site's app already")
        self.pid = pid


@dataclass(frozen=True, slots=True)
class Announcement:
    """Where the process ``pid`` serves a site's app, and whether it has pages that follow the database."""

    pid: int
    host: str
    port: int
    live: bool = False


class Claim:
    """The right to serve a site's app, held by this process until it ends or withdraws."""

    def __init__(self, folder: Path, lock: ProcessLock) -> None:
        self._file = folder / "server.json"
        self._lock = lock
        self._pid = os.getpid()

    def announce(self, host: str, port: int, *, live: bool = False) -> None:
        """Say where the server listens; the last call counts. Call it after the socket is bound."""
        announcement = Announcement(self._pid, connectable(host), port, live)
        draft = self._file.with_suffix(f".{self._pid}")
        draft.write_text(json.dumps(asdict(announcement)))
        draft.replace(self._file)

    def withdraw(self) -> None:
        """Take the announcement back and let another process serve. A forked child's call does nothing."""
        if self._pid == os.getpid():
            self.retract()
            self._lock.release()
            self._pid = 0

    def retract(self) -> None:
        """Take the announcement back: this process's, or what a dead one has left."""
        self._file.unlink(missing_ok=True)


def connectable(host: str) -> str:
    """Return the host to connect to on this machine, where a server listens at this one."""
    return _CONNECTABLE.get(host, host)


def claim(site_key: str) -> Claim:
    """Take the right to serve the app of the site with this key.

    Raises:
        AlreadyServed: another process has it, or this one.
        UnsafeFolder: the temporary folder cannot be trusted.
    """
    folder = _folder(site_key)
    lock = process_lock(folder / "lock")
    try:
        lock.acquire()
    except LockedBy as held:
        raise AlreadyServed(held.pid) from None
    taken = Claim(folder, lock)
    taken.retract()
    return taken


def find(site_key: str) -> Announcement | None:
    """Return where a live process serves the site's app, None where none does.

    Only the holder of the lock is believed. Another process, another user's even, may have got the id and the
    port of one that died: it would be sent the events.

    Raises:
        UnsafeFolder: the temporary folder cannot be trusted.
    """
    file = _folder(site_key) / "server.json"
    announcement = _read(file)
    if announcement is None or process_lock(file.with_name("lock")).holder() != announcement.pid:
        return None
    return announcement


def _folder(site_key: str) -> Path:
    folder = private_folder() / site_key
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _read(file: Path) -> Announcement | None:
    with suppress(OSError, ValueError, TypeError):
        return Announcement(**json.loads(file.read_text()))
    return None
