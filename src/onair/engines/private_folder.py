"""A folder in the shared temporary folder that only this user can read."""

from __future__ import annotations

import getpass
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class UnsafeFolder(Exception):
    """The folder that should be private belongs to somebody else, is open to others, or is a link."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            f"{path} {problem}, so it cannot be trusted with this site's address. "
            "Remove it, or let TMPDIR name a folder of your own."
        )


def private_folder() -> Path:
    """Return ``<temporary folder>/onair-<user>``, made where it is missing.

    Raises:
        UnsafeFolder: it is not a folder of this user alone.
    """
    path = Path(tempfile.gettempdir()) / f"onair-{_user()}"
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    _check(path)
    return path


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else getpass.getuser()


def _check(path: Path) -> None:
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise UnsafeFolder(path, "is a link or a file")
    if hasattr(os, "getuid"):
        if status.st_uid != os.getuid():
            raise UnsafeFolder(path, "belongs to another user")
        if status.st_mode & _OTHERS:
            raise UnsafeFolder(path, f"is open to other users (mode {stat.S_IMODE(status.st_mode):o})")
