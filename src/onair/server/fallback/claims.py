"""Which process of this machine has a session: a link in a private folder, from the session to a door.

Requests of one session come to whichever process takes their connection, where several share an address. The
door is a Unix socket at which a process takes the requests that belong to its sessions.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import socket
from contextlib import suppress
from pathlib import Path

from onair.engines.process_lock import is_alive

_DOOR = "door-"
_SESSION = "session-"

#: A door's number among those of its process, which may have several servers.
_NUMBER_BYTES = 3


class Claims:
    """The sessions of one process, for the others to find.

    Args:
        folder: Private, and that of all of them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        #: Where this process takes requests for its sessions.
        self.door = folder / f"{_DOOR}{os.getpid()}-{secrets.token_hex(_NUMBER_BYTES)}"

    def claim(self, session: str) -> bool:
        """Take a session for this process; whether no other has it."""
        try:
            self._link(session).symlink_to(self.door)
        except FileExistsError:
            return False
        return True

    def release(self, session: str) -> None:
        """The session has ended, or its process has."""
        self._link(session).unlink(missing_ok=True)

    def door_of(self, session: str) -> Path | None:
        """Where the process that has a session takes requests; None where nobody has it."""
        try:
            return self._link(session).readlink()
        except OSError:
            return None

    def sweep(self) -> None:
        """Remove what processes left that were killed: doors of nobody, and links to doors that are gone."""
        with suppress(OSError):
            for path in self._folder.iterdir():
                if path.name.startswith(_DOOR) and not _lives(path):
                    path.unlink(missing_ok=True)
            for path in self._folder.iterdir():
                if path.name.startswith(_SESSION) and not path.exists():
                    path.unlink(missing_ok=True)

    def _link(self, session: str) -> Path:
        # The name is the client's: what a file may be called is not.
        return self._folder / (_SESSION + hashlib.sha256(session.encode()).hexdigest()[:32])


def _lives(door: Path) -> bool:
    """Whether somebody may take requests there.

    A process that is about to listen refuses connections, and one in another container has a number that says
    nothing here: only where both is so, nobody does.
    """
    number = door.name.removeprefix(_DOOR).partition("-")[0]
    if number.isdigit() and is_alive(int(number)):
        return True
    with socket.socket(socket.AF_UNIX) as sock:
        sock.setblocking(False)
        return sock.connect_ex(str(door)) != errno.ECONNREFUSED
