"""The package as its users get it: built, looked into, installed where nothing is, and live by two edits.

It is built as for a release: the sdist from the sources, the wheel from the sdist. Its engine over Redis is
opened as well, which needs ``redis-server`` (scripts/install-redis).

Usage: python scripts/check-package.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src"

sys.path.insert(0, str(ROOT))

from tests.redis_server import RedisServer  # noqa: E402  # of the checkout

#: What must be in the wheel besides every file of the sources: the build fetches it.
FETCHED = (
    "onair/static/onair/vendor/pusher.min.js",
    "onair/static/onair/vendor/pusher.min.js.LICENSE.txt",
    "onair/static/onair/vendor/pusher-with-encryption.min.js",
    "onair/static/onair/vendor/pusher-with-encryption.min.js.LICENSE.txt",
)

#: Beginnings of names that must not be in it.
UNWANTED = ("tests/", "demo/", "js/", "benchmarks/", "scripts/", "hatch_build.py")

#: Run in the new project: the one server, and what a page of it needs.
PROBE = """
from django.contrib.staticfiles import finders
from django.core.management.commands.runserver import Command
from django.template import Context, Template
from django.urls import reverse
from onair.embedded.runserver import LiveServer

assert issubclass(Command.server_cls, LiveServer)
assert reverse("onair:auth") == "/onair/auth"
assert reverse("onair:user-auth") == "/onair/user-auth"
assert finders.find("onair/vendor/pusher.min.js")
assert "onair/onair.js" in Template("{% load onair %}{% onair_script %}").render(Context())
assert "pusher.min.js" in Template("{% load pusherable_tags %}{% pusherable_script %}").render(Context())
"""

#: Run where nothing of the checkout can be imported, with the URL of a Redis: an engine, and its client.
ENGINE_PROBE = """
import asyncio, sys
from onair.engines.base import Bounds, Nodes
from onair.engines.postgres_schema import creation
from onair.engines.urls import EngineUrl

class Sink:
    def __init__(self):
        self.epoch = asyncio.get_running_loop().create_future()
    def connected(self, epoch):
        self.epoch.set_result(epoch)
    def received(self, channel, entries):
        pass
    def disconnected(self, reason):
        raise reason

async def open_engine(url, bounds):
    engine, sink = url.open("1", bounds), Sink()
    engine.start(sink)
    assert await asyncio.wait_for(sink.epoch, 30)
    assert await engine.do(Nodes()) == {}
    await engine.close()

url, bounds = EngineUrl(sys.argv[1]), Bounds(100, 60)
asyncio.run(open_engine(url, bounds))
client = url.connect("1", bounds)
assert client.do(Nodes(), 30) == {}
client.close()
assert "CREATE" in creation()
"""


class Built(NamedTuple):
    """What is released."""

    sdist: Path
    wheel: Path


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    subprocess.run([str(part) for part in command], check=True, cwd=cwd, env=environment())


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONDEVMODE"}}


def build(folder: Path) -> Built:
    python = make_environment(folder / "tools", "build")
    run(python, "-m", "build", "--outdir", folder, ROOT)
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return Built(sdist, wheel)


def look_into(built: Built) -> None:
    wanted = {*FETCHED, *sources()}
    with tarfile.open(built.sdist) as sdist, zipfile.ZipFile(built.wheel) as wheel:
        own = f"{built.sdist.name.removesuffix('.tar.gz')}/src/"
        compare(built.sdist, wanted, (name.removeprefix(own) for name in sdist.getnames()))
        compare(built.wheel, wanted, wheel.namelist(), UNWANTED)


def sources() -> set[str]:
    """Every file that is imported or read from its package."""
    files = (path for path in SOURCES.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(SOURCES).as_posix() for path in files}


def compare(file: Path, wanted: set[str], names: Iterable[str], unwanted: tuple[str, ...] = ()) -> None:
    found = set(names)
    missing = sorted(wanted - found)
    superfluous = sorted(name for name in found if unwanted and name.startswith(unwanted))
    if missing or superfluous:
        sys.exit(f"{file.name}: missing {missing}, superfluous {superfluous}")


def make_environment(folder: Path, *packages: str) -> Path:
    """Make one with these packages, and return its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    run(python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", *packages)
    return python


def open_engine(python: Path, folder: Path) -> None:
    """Open the engine over Redis as installed, with its scripts."""
    (folder / "redis").mkdir()
    redis = RedisServer(folder / "redis")
    redis.start()
    try:
        run(python, "-c", ENGINE_PROBE, redis.url, cwd=folder)
    finally:
        redis.remove()


def start_project(python: Path, folder: Path) -> None:
    """Make the project of ``django-admin startproject``, with the two edits of the README."""
    folder.mkdir()
    run(python, "-m", "django", "startproject", "mysite", folder)
    settings, urls = folder / "mysite" / "settings.py", folder / "mysite" / "urls.py"
    with settings.open("a") as file:
        file.write('\nINSTALLED_APPS += ["onair", "pusherable"]\n')
    with urls.open("a") as file:
        file.write(
            '\nfrom django.urls import include\nurlpatterns += [path("onair/", include("onair.urls"))]\n'
        )


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        built = build(folder)
        look_into(built)
        python = make_environment(folder / "environment", str(built.wheel))
        run(python.with_name("onair"), "--version")
        start_project(python, folder / "project")
        run(python, "manage.py", "check", "--fail-level", "WARNING", cwd=folder / "project")
        run(python, "manage.py", "shell", "--no-imports", "--command", PROBE, cwd=folder / "project")
        open_engine(make_environment(folder / "sharing", f"{built.wheel}[redis]"), folder)
    sys.stdout.write(f"{built.wheel.name}: whole, installs, is live after two edits, and opens an engine.\n")


if __name__ == "__main__":
    main()
