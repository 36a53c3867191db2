"""What an outbox costs its writers: inserts in a second, as ratios of the same without triggers.

``python -m benchmarks.outbox`` starts a PostgreSQL of its own, with fsync, and writes by pgbench: one insert
in a transaction, from so many clients, while somebody listens. The ways take turns, so that what disturbs the
machine disturbs all of them.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from tests.cluster import Cluster, folder_of_programs

from onair.changes.triggers import postgres
from onair.changes.triggers.table import NOTIFICATION, Column, Table
from onair.outbox.operations import POSTGRES_TABLE

TABLE = Table("bench.item", "item", ("id",), (Column("id"), Column("title"), Column("price")))

MAKE = "CREATE TABLE item (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text, price numeric)"

INSERT = "INSERT INTO item (title, price) VALUES ('a title of some length', 12.50);\n"

_IF_LOCKED = f"IF pg_try_advisory_xact_lock({postgres.NOTIFY_LOCK}) THEN"


def _function(body: str) -> str:
    """Return the statement that gives the table's function another body."""
    name = f'"public"."{postgres.function_name(TABLE)}"'
    return postgres.FUNCTION.format(function=name, body=postgres.literal(body))


def _ways() -> dict[str, Sequence[str]]:
    """Return the statements that set each way up, after those of all that are before it."""
    ours = postgres.install(TABLE, "public", "item")
    body = postgres.body(TABLE, "public")
    return {
        "plain": postgres.remove(TABLE, "public"),
        "outbox": [*ours, _function(body.replace(_IF_LOCKED, "IF false THEN"))],
        "outbox, every commit notifies": [*ours, _function(body.replace(_IF_LOCKED, "IF true THEN"))],
        "outbox, one commit at a time notifies": ours,
    }


class Benchmark:
    """Measures in a running cluster.

    Args:
        cluster: Where.
        seconds: How long each measurement takes.
    """

    def __init__(self, cluster: Cluster, seconds: int) -> None:
        self._cluster = cluster
        self._seconds = seconds
        self._script = Path(cluster.folder, "insert.sql")
        self._script.write_text(INSERT)
        with self._connected() as connection:
            connection.execute(MAKE)
            connection.execute(POSTGRES_TABLE)

    def inserts(self, statements: Sequence[str], clients: int) -> float:
        """Return how many inserts were committed in a second."""
        with self._connected() as connection:
            for statement in (*statements, "TRUNCATE item, onair_outbox_entry", "CHECKPOINT"):
                connection.execute(statement)
            connection.execute(f"LISTEN {NOTIFICATION}")
            found = subprocess.run(
                [
                    *(str(folder_of_programs() / "pgbench"), "--no-vacuum", "--file", str(self._script)),
                    *("--client", str(clients), "--jobs", "2", "--time", str(self._seconds)),
                    *("--host", self._cluster.folder, "--username", "postgres", "postgres"),
                ],
                capture_output=True,
                text=True,
                check=True,
            )
        rate = re.search(r"tps = ([\d.]+)", found.stdout)
        assert rate is not None, found.stdout
        return float(rate[1])

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(
            host=self._cluster.folder, user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            yield connection


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print a table for each number of clients."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.outbox", description=__doc__)
    parser.add_argument("--clients", type=int, nargs="+", default=[8, 64], help="clients at a time")
    parser.add_argument("--seconds", type=int, default=5, help="how long each way is measured in a round")
    parser.add_argument("--rounds", type=int, default=5, help="rounds, of which the median counts")
    options = parser.parse_args(arguments)
    cluster = Cluster.planned(fsync="on", synchronous_commit="on", full_page_writes="on")
    try:
        cluster.ensure_started()
        benchmark = Benchmark(cluster, options.seconds)
        for clients in options.clients:
            _report(benchmark, clients, options.rounds)
    finally:
        cluster.stop()


def _report(benchmark: Benchmark, clients: int, rounds: int) -> None:
    ways = _ways()
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, statements in ways.items():
            found[name].append(benchmark.inserts(statements, clients))
    plain = statistics.median(found["plain"])
    print(f"\n| {clients} clients | inserts/s | of plain |\n|---|---|---|")
    for name, rates in found.items():
        rate = statistics.median(rates)
        print(f"| {name} | {rate:,.0f} | {rate / plain:.2f} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
