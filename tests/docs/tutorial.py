"""A project as a reader of the documentation makes it: files written, commands run, in their order."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.docs.markdown import Block, blocks

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "tutorial.md"
PATIENCE = 60.0

#: What the environment of the tests has already.
SKIPPED = ("python -m venv", ". .venv", "pip install", "cd ")
AT_THE_END = " (at the end)"

#: From here on the site is served.
SERVED = "\n## Two browsers\n"

_ON_AIR = re.compile(r"On air: sockets at ws://127\.0\.0\.1:(\d+)/app/")


class Project:
    """The project that the tutorial builds, or another one, in a folder of its own.

    Args:
        folder: where the project's folder is, or will be.
        name: of the project's folder.
    """

    def __init__(self, folder: Path, name: str = "newsroom") -> None:
        self._parent = folder
        self._folder = folder / name
        # The folder by which processes of one site find each other is the test's own.
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self._environment = kept | {
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONUNBUFFERED": "1",
            "TMPDIR": str(folder),
        }

    def follow(self) -> list[str]:
        """Do what the page says. Return the commands that want a running server, not run yet."""
        before, _, after = PAGE.read_text().partition(SERVED)
        for block in blocks(before):
            if block.caption:
                self._write(block)
            elif block.language == "console":
                for command in _commands(block):
                    if not command.startswith(SKIPPED):
                        self.run(command)
        waiting = []
        for block in blocks(after):
            if block.caption:
                self._write(block)
            elif block.language == "console":
                waiting += _commands(block)
        return waiting

    def apply(self, block: Block) -> int:
        """Change a file as a block shows that is a diff. Return how many lines are new."""
        assert block.caption
        path = self._folder / block.caption
        lines = [(line[0], line[1:]) for line in block.text.splitlines()]
        old = "\n".join(text for sign, text in lines if sign in " -")
        new = "\n".join(text for sign, text in lines if sign in " +")
        text = path.read_text()
        assert text.count(old) == 1, f"{block.caption} has not once\n{old}"
        path.write_text(text.replace(old, new))
        return sum(sign == "+" for sign, _ in lines)

    def run(self, command: str) -> None:
        program, *arguments = shlex.split(command)
        python = [sys.executable, "-m", "django"] if program == "django-admin" else [sys.executable]
        done = subprocess.run(
            [*python, *arguments],
            cwd=self._parent if program == "django-admin" else self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serve by ``runserver`` on a free port. Yields the address of the pages."""
        log = self._parent / "log.txt"
        with log.open("w") as stderr:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "runserver", "127.0.0.1:0", "--noreload"],
                cwd=self._folder,
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        assert process.stdout
        try:
            port = next((found[1] for line in process.stdout if (found := _ON_AIR.match(line))), None)
            assert port, log.read_text()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE)

    def _write(self, block: Block) -> None:
        assert block.caption
        at_the_end = block.caption.endswith(AT_THE_END)
        path = self._folder / block.caption.removesuffix(AT_THE_END)
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text() if at_the_end else ""
        path.write_text(before + block.text)


def _commands(block: Block) -> list[str]:
    return re.findall(r"^\$ (.+)$", block.text, re.MULTILINE)
