"""A site whose server runs in one process, and whose work is done in others."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from celery import Celery

from tests.embedded.running import Process, Site, listener, runserver, started
from tests.server.clients import Client

PROJECT = Path(__file__).with_name("project")

#: What makes a worker quick to start, and alone.
_ALONE = ("--without-gossip", "--without-mingle", "--without-heartbeat")


@dataclass(frozen=True, slots=True)
class News:
    """What a browser hears on the channel of the news."""

    site: Site
    client: Client

    def names(self) -> list[str]:
        """The events until now: those of a process that has ended are all among them."""
        self.site.get("/publish/until_now")
        return list(iter(lambda: str(self.client.receive()["event"]), "until_now"))


@dataclass(frozen=True, slots=True)
class Newsroom:
    """The site, as its workers and its readers see it."""

    site: Site

    @property
    def folder(self) -> Path:
        return self.site.folder

    @contextmanager
    def news(self) -> Iterator[News]:
        with listener(self.site.socket_url) as client:
            yield News(self.site, client)

    def run(self, *command: str, **environment: str) -> Process:
        """Run a program of the project to its end, whatever that is."""
        with started(self.folder, *command, **environment) as process:
            process.exit_code()
            return process

    @contextmanager
    def celery(self, pool: str, *options: str, **environment: str) -> Iterator[Worker]:
        """A worker with one process, or one thread, beside its own."""
        broker = Broker(self.folder)
        arguments = ("-m", "celery", "-A", "celery_app", "worker", "--pool", pool, "--concurrency", "1")
        with started(
            self.folder, *arguments, "--loglevel", "INFO", *_ALONE, *options, **environment
        ) as process:
            process.wait_for("ready")
            yield Worker(process, broker)


class Broker:
    """The folder that carries Celery's messages."""

    def __init__(self, site: Path) -> None:
        folder = site / "broker"
        shutil.rmtree(folder, ignore_errors=True)
        control = folder / "control"
        control.mkdir(parents=True)
        self._app = Celery("test", broker="filesystem://", set_as_current=False)
        self._app.conf.broker_transport = "tests.workers.project.whole_files:Transport"
        self._app.conf.broker_transport_options = {
            "data_folder_in": folder,
            "data_folder_out": folder,
            "control_folder": control,
        }

    def send(self, task: str, name: str) -> None:
        with self._app.connection_for_write() as connection:
            self._app.send_task(task, [name], connection=connection)


@dataclass(frozen=True, slots=True)
class Worker:
    """A running worker of Celery."""

    process: Process
    broker: Broker

    def do(self, task: str, name: str, outcome: str = "succeeded") -> None:
        """Have the task done, and wait until the worker says so."""
        self.broker.send(task, name)
        self.process.wait_for(rf"Task {task}\[\S+\] {outcome}")

    def stop(self) -> str:
        """Shut it down warm; return what it has written."""
        self.process.signal(signal.SIGTERM)
        assert self.process.exit_code() == 0
        return self.process.written


@contextmanager
def newsroom(folder: Path, **environment: str) -> Iterator[Newsroom]:
    """The site, with its tables, and a server that other processes find."""
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    with started(folder, "manage.py", "migrate", "--run-syncdb", "--verbosity", "0") as process:
        assert process.exit_code() == 0, process.written
    with runserver(folder, "--noreload", **environment) as site:
        yield Newsroom(site)
