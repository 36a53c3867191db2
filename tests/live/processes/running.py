"""A site of several processes that share an engine, as its browsers see it."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from onair.engines.base import Bounds, Nodes
from onair.engines.urls import EngineUrl
from tests.embedded.running import ON_AIR, PATIENCE, Process, free_port, started
from tests.http_client import request
from tests.live.rendering.pages import Page
from tests.shared_name import shared_name

PROJECT = Path(__file__).with_name("project")

#: Where browsers find all processes: the same page has the same address in each.
HOST = "127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Served:
    """A process that answers for the site."""

    process: Process
    address: str

    def socket_url(self, html: str) -> str:
        """Where a page has its socket, if it has it here."""
        (key,) = re.findall(r'data-onair-key="(\w+)"', html)
        return f"{self.address.replace('http', 'ws', 1)}/app/{key}"

    def do(self, action: str, what: str, cookies: dict[str, str] | None = None) -> str:
        """Have something done in this process."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())}
        answer = request("GET", f"{self.address}/{action}/{what}/", headers=headers)
        assert answer.status == 200, answer.data
        return str(answer.data.decode())

    def enter(self, name: str) -> dict[str, str]:
        """Log a user in; return the cookies."""
        answer = request("GET", f"{self.address}/enter/{name}/")
        found = re.search(r"sessionid=(\w+)", answer.headers["Set-Cookie"])
        assert found is not None
        return {"sessionid": found[1]}


@dataclass(frozen=True, slots=True)
class Site:
    """The site: a folder with its code, and its database where that is SQLite; what its processes share.

    ``cluster`` and ``database`` say where the database is on PostgreSQL.
    """

    folder: Path
    engine: str
    cluster: str = ""
    database: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are told."""
        on_postgres = {"TEST_CLUSTER": self.cluster, "TEST_DATABASE": self.database}
        return {"ONAIR_URL": self.engine} | (on_postgres if self.cluster else {})

    @contextmanager
    def uvicorn(self) -> Iterator[Served]:
        """A process with pages and sockets."""
        port = free_port()
        arguments = ("-m", "uvicorn", "asgi:application", "--port", str(port))
        fast = ("--ws", "onair.asgi:WebSocketProtocol")
        with started(self.folder, *arguments, *fast, **self.environment) as process:
            process.wait_for(r"Uvicorn running on (\S+)")
            yield Served(process, f"http://127.0.0.1:{port}")

    @contextmanager
    def gunicorn(self, **environment: str) -> Iterator[Served]:
        """A process with pages, and without sockets."""
        arguments = ("-m", "gunicorn", "wsgi", "--bind", "127.0.0.1:0", "--threads", "4")
        with started(self.folder, *arguments, **self.environment, **environment) as process:
            yield Served(process, process.wait_for(r"Listening at: (\S+)"))

    @contextmanager
    def workers(self, number: int) -> Iterator[Served]:
        """So many processes with sockets, and without pages, behind one port."""
        arguments = ("onair", "serve", "--bind", "127.0.0.1:0", "--workers", str(number))
        with started(self.folder, "manage.py", *arguments, **self.environment) as process:
            yield Served(process, process.wait_for(ON_AIR).partition("/app/")[0].replace("ws", "http", 1))

    def connections(self) -> list[int]:
        """How many each process has, as it has said lately."""
        with closing(EngineUrl(self.engine).connect(shared_name(), Bounds(1, 1))) as client:
            said = client.do(Nodes(), PATIENCE).values()
        return [json.loads(info)["connections"] for info in said]

    def manage(self, *arguments: str) -> str:
        """Run a command of the site to its end; return what it wrote."""
        with started(self.folder, "manage.py", *arguments, **self.environment) as process:
            assert process.exit_code() == 0, process.written
            return process.written

    def see(self, text: str) -> None:
        """Write as a program does that knows nothing of Django."""
        if self.cluster:
            with psycopg.connect(host=self.cluster, dbname=self.database, user="postgres") as other:
                other.execute("INSERT INTO notes_sighting (text) VALUES (%s)", [text])
            return
        with closing(sqlite3.connect(self.folder / "db.sqlite3", timeout=20)) as connection, connection:
            connection.execute("INSERT INTO notes_sighting (text) VALUES (?)", [text])


def site(folder: Path, engine: str, cluster: str = "", database: str = "") -> Site:
    """Make the site with its tables; nothing of it runs."""
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__", "db.sqlite3"))
    made = Site(folder, engine, cluster, database)
    made.manage("migrate", "--verbosity", "0")
    return made


@contextmanager
def opened(
    path: str, pages: Served, sockets: Served, cookies: dict[str, str] | None = None
) -> Iterator[Page]:
    """A page of one process that listens by a socket of another, or of the same; all at one address."""
    page = Page(pages.address, "", cookies=cookies or {}, host=HOST)
    page.socket_url = sockets.socket_url(page.load(path))
    with page.connected():
        yield page.listen()


def wait_for(page: Page, text: str) -> None:
    """Wait until a page is told something."""
    while text not in str(page.patch()):
        pass
