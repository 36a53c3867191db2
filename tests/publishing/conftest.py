from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import pytest

from onair.publishing import failures, stats
from onair.publishing.event import Event, Outgoing, prepare
from onair.publishing.stats import Stats
from tests.publishing.engines import Shared, SharedPostgres, SharedRedis
from tests.publishing.receiver import PATIENCE, Receiver, receiving
from tests.publishing.subscriber import Subscriber, subscribing

SOURCES = Path(__file__).resolve().parents[2] / "src"

SETUP = """
import django, os, threading
from django.conf import settings
settings.configure(
    SECRET_KEY="a secret", BASE_DIR=os.environ["TMPDIR"], ONAIR={onair!r},
    DATABASES={{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}}},
)
django.setup()
import onair
from onair.publishing import stats
"""


#: What only grows.
COUNTERS = [field for field in fields(Stats) if field.name not in ("waiting", "waiting_bytes", "circuit")]


@dataclass(frozen=True)
class Counting:
    """How much the counters have grown since the test began."""

    before: Stats

    def __call__(self) -> Stats:
        now, before = asdict(stats.read()), asdict(self.before)
        return Stats(**{field.name: now[field.name] - before[field.name] for field in COUNTERS})


@pytest.fixture
def counted() -> Counting:
    return Counting(stats.read())


@pytest.fixture(autouse=True)
def unthrottled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin each test with a log that has said nothing yet."""
    monkeypatch.setattr(failures, "_throttle", failures.Throttle())
    monkeypatch.setattr(failures, "_said", set())


@pytest.fixture(params=["redis", "postgres"])
def shared(request: pytest.FixtureRequest) -> Iterator[Shared]:
    """What the processes of a site share; the test runs with each."""
    if request.param == "redis":
        yield SharedRedis(request.getfixturevalue("redis_server"))
        return
    database = SharedPostgres.make(request.getfixturevalue("cluster"))
    yield database
    database.remove()


@pytest.fixture
def subscriber(shared: Shared) -> Iterator[Subscriber]:
    with subscribing(shared.url) as subscriber:
        yield subscriber


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def python(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a script in a process of its own, as a site that is no test, and return what it printed."""

    def run(script: str, **onair: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", SETUP.format(onair=onair) + script],
            capture_output=True,
            text=True,
            timeout=3 * PATIENCE,
            check=True,
            env={"PYTHONPATH": str(SOURCES), "TMPDIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        )

    return run


def outgoing(
    name: str = "e", data: object = None, *, channels: tuple[str, ...] = ("c",), **options: str
) -> Outgoing:
    """An event as the sender gets it."""
    return prepare(Event(channels, name, data, **options), limit=100_000_000)  # type: ignore[arg-type]
