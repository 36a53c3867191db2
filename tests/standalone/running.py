"""``python -m onair serve`` as a real process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from onair.protocol.app import App, Credential
from tests.embedded.running import Process, started

#: Python with a Django that cannot be imported.
WITHOUT_DJANGO = (
    "-X",
    "dev",
    "-c",
    "import sys; sys.modules['django'] = None; from onair.__main__ import main; sys.exit(main())",
)

FIRST = App("1", (Credential("first-key", "first-secret"),))
SECOND = App("2", (Credential("second-key", "second-secret"),))

ON_AIR = r"On air: sockets at (\S+) and events to \S+"


class Alone(NamedTuple):
    """A server alone that can be reached."""

    process: Process
    socket_url: str

    @property
    def host(self) -> str:
        """Host and port."""
        return self.socket_url.split("/")[2]


def spec(app: App) -> str:
    """An app as the command line has it."""
    return f"{app.id}:{app.key}:{app.secret}"


@contextmanager
def command(folder: Path, *arguments: str, **environment: str) -> Iterator[Process]:
    """The command ``onair`` in this folder."""
    site = folder / "alone"
    site.mkdir(exist_ok=True)
    with started(site, *WITHOUT_DJANGO, *arguments, **environment) as process:
        yield process


@contextmanager
def serving(
    folder: Path, *options: str, bind: str = "127.0.0.1:0", counts: bool = False, **environment: str
) -> Iterator[Alone]:
    """A server of the first app on a free port, which tells no counts unless it shall."""
    arguments = ["serve", "--bind", bind, "--app", spec(FIRST), *options]
    if not counts:
        arguments.append("--no-subscription-counts")
    with command(folder, *arguments, **environment) as process:
        yield Alone(process, process.wait_for(ON_AIR))
