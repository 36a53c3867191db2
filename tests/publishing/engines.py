"""The engines that a site may share, with nothing in them: each test has them for itself."""

from __future__ import annotations

import os
import socket
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from onair.engines.postgres import ensure_schema
from tests.cluster import Cluster
from tests.publishing.lossy import Lossy, running
from tests.redis_server import RedisServer

#: The name of PostgreSQL's socket in its folder.
SOCKET = ".s.PGSQL.5432"


class Shared(ABC):
    """An engine."""

    @property
    @abstractmethod
    def url(self) -> str: ...

    @abstractmethod
    def through_lossy(self) -> AbstractContextManager[Lossy]:
        """Put a network before it."""


@dataclass(frozen=True)
class SharedRedis(Shared):
    server: RedisServer

    @property
    def url(self) -> str:
        return self.server.url

    @contextmanager
    def through_lossy(self) -> Iterator[Lossy]:
        listener = socket.create_server(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        address = ("127.0.0.1", self.server.port)
        with running(Lossy(url, listener, lambda: socket.create_connection(address))) as network:
            yield network


@dataclass(frozen=True)
class SharedPostgres(Shared):
    """A database of this test process, made anew."""

    cluster: Cluster
    name: str

    @classmethod
    def make(cls, cluster: Cluster) -> SharedPostgres:
        cluster.ensure_started()
        made = cls(cluster, f"publishing_{os.getpid()}")
        made.remove()
        made._execute(f"CREATE DATABASE {made.name} TEMPLATE template0")
        ensure_schema(made.url)
        return made

    def remove(self) -> None:
        self._execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.cluster.url(), autocommit=True) as connection:
            connection.execute(statement.encode())

    @property
    def url(self) -> str:
        return self.cluster.url(self.name)

    @contextmanager
    def through_lossy(self) -> Iterator[Lossy]:
        with tempfile.TemporaryDirectory() as folder:
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(Path(folder) / SOCKET))
            listener.listen()
            url = f"postgresql://postgres@/{self.name}?host={folder}"
            with running(Lossy(url, listener, self._connect)) as network:
                yield network

    def _connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(Path(self.cluster.folder) / SOCKET))
        return connection
