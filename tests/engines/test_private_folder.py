from __future__ import annotations

import os
from pathlib import Path

import pytest

from onair.engines.private_folder import UnsafeFolder, private_folder


def expected(folder: Path) -> Path:
    return folder / f"onair-{os.getuid()}"


def test_the_folder_is_made_for_this_user_alone(temporary_folder: Path) -> None:
    path = private_folder()
    assert path == expected(temporary_folder)
    assert path.stat().st_mode & 0o777 == 0o700


def test_the_folder_is_found_again() -> None:
    assert private_folder() == private_folder()


@pytest.mark.parametrize("mode", [0o777, 0o750, 0o701])
def test_a_folder_that_is_open_to_others_is_refused(temporary_folder: Path, mode: int) -> None:
    expected(temporary_folder).mkdir()
    expected(temporary_folder).chmod(mode)
    with pytest.raises(UnsafeFolder, match=rf"{mode:o}.*Remove it, or let TMPDIR"):
        private_folder()


def test_a_link_is_refused_even_to_a_private_folder(temporary_folder: Path) -> None:
    (temporary_folder / "elsewhere").mkdir(mode=0o700)
    expected(temporary_folder).symlink_to(temporary_folder / "elsewhere")
    with pytest.raises(UnsafeFolder, match="is a link or a file"):
        private_folder()


def test_a_link_to_nothing_is_refused(temporary_folder: Path) -> None:
    expected(temporary_folder).symlink_to(temporary_folder / "nothing")
    with pytest.raises(UnsafeFolder, match="is a link or a file"):
        private_folder()


def test_a_file_is_refused(temporary_folder: Path) -> None:
    expected(temporary_folder).touch()
    with pytest.raises(UnsafeFolder, match="is a link or a file"):
        private_folder()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder to somebody else")
def test_another_users_folder_is_refused(temporary_folder: Path) -> None:
    expected(temporary_folder).mkdir(mode=0o700)
    os.chown(expected(temporary_folder), 12345, 12345)
    with pytest.raises(UnsafeFolder, match="belongs to another user"):
        private_folder()
