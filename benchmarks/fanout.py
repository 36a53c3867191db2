"""What one published event costs the server that delivers it, and what an idle subscriber weighs.

See benchmarks/README.md for what is compared and how.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil
from subscribers import Publisher, Subscribers, Talk, read_frame, send_text

from onair.protocol.app import Credential
from onair.protocol.signing import signed_query

HERE = Path(__file__).resolve().parent
APP_ID = "1"
CREDENTIAL = Credential(key="benchmark-key", secret="benchmark-secret")
CHANNEL = "news"
TEXT = json.dumps({"headline": "x" * 150, "id": 7})

#: A round goes on until the server has used this much CPU time, or the wall clock says that it is enough.
ROUND_CPU_SECONDS = 0.8
ROUND_WALL_SECONDS = 12.0


@dataclass(frozen=True, slots=True)
class Peer:
    """A server to measure: how to start it, where to connect, how to subscribe, and what to post."""

    name: str
    command: Callable[[int], list[str]]
    path: str
    subscribe: Talk
    request: Callable[[], bytes]


def post(path: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def signed_post() -> bytes:
    path = f"/apps/{APP_ID}/events"
    body = json.dumps({"name": "article.updated", "channel": CHANNEL, "data": TEXT}).encode()
    query = signed_query(CREDENTIAL, "POST", path, body, timestamp=int(time.time()))
    return post(path + "?" + "&".join(f"{name}={value}" for name, value in query.items()), body)


def plain_post() -> bytes:
    """Post what the server sends on as it is: as many bytes as the protocol's own event."""
    return post("/", json.dumps({"event": "article.updated", "channel": CHANNEL, "data": TEXT}).encode())


def subscribe_to_channel(sock: socket.socket) -> None:
    read_frame(sock)  # pusher:connection_established
    send_text(sock, json.dumps({"event": "pusher:subscribe", "data": {"channel": CHANNEL}}).encode())
    answer = read_frame(sock)
    if b"subscription_succeeded" not in answer:
        raise ConnectionError(answer.decode())


def say_hello(sock: socket.socket) -> None:
    send_text(sock, b"subscribe")
    read_frame(sock)


def python(script: str) -> list[str]:
    return [sys.executable, str(HERE / "peers" / script)]


PEERS = (
    Peer(
        "onair",
        lambda port: [*python("onair_server.py"), str(port), APP_ID, CREDENTIAL.key, CREDENTIAL.secret],
        f"/app/{CREDENTIAL.key}?protocol=7",
        subscribe_to_channel,
        signed_post,
    ),
    Peer(
        "channels",
        lambda port: [*python("channels_server.py"), str(port)],
        "/",
        say_hello,
        plain_post,
    ),
    Peer(
        "ws",
        lambda port: ["node", str(HERE / "peers/ws_server.mjs"), str(port)],
        "/",
        say_hello,
        plain_post,
    ),
)


@contextmanager
def running(peer: Peer) -> Iterator[tuple[int, psutil.Process]]:
    """Start a peer on a free port and wait until it says that it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"PYTHONPATH": str(HERE.parent / "src"), "PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen(
        peer.command(port), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, cwd=HERE
    )
    try:
        assert process.stdout is not None
        if process.stdout.readline().strip() != b"ready":
            raise RuntimeError(f"{peer.name} did not start")
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def measure_fanout(peer: Peer, subscribers: int, in_flight: int) -> float:
    """Return deliveries per second of the server's CPU time."""
    with running(peer) as (port, process):
        clients = Subscribers()
        publisher = Publisher(port, peer.request())
        try:
            clients.add(subscribers, port, peer.path, peer.subscribe)
            publisher.publish(1)
            publisher.read_answers(1)
            expected = clients.measure_frame() * subscribers * in_flight
            start_cpu, start_wall, deliveries = cpu_seconds(process), time.monotonic(), 0
            while True:
                publisher.publish(in_flight)
                clients.receive(expected)
                publisher.read_answers(in_flight)
                deliveries += subscribers * in_flight
                used = cpu_seconds(process) - start_cpu
                if used >= ROUND_CPU_SECONDS or time.monotonic() - start_wall > ROUND_WALL_SECONDS:
                    return deliveries / max(used, 0.01)
        finally:
            publisher.close()
            clients.close()


def measure_memory(peer: Peer, warm: int, added: int) -> float:
    """Return the KiB of memory by which the server grows for each idle subscribed connection."""
    with running(peer) as (port, process):
        clients = Subscribers()
        try:
            clients.add(warm, port, peer.path, peer.subscribe)
            before = process.memory_info().rss
            clients.add(added, port, peer.path, peer.subscribe)
            return float(process.memory_info().rss - before) / 1024 / added
        finally:
            clients.close()


def interleaved(rounds: int, peers: list[Peer], measure: Callable[[Peer], float]) -> dict[str, float]:
    """Measure every peer in every round, and return each one's median."""
    samples: dict[str, list[float]] = {peer.name: [] for peer in peers}
    for _ in range(rounds):
        for peer in peers:
            samples[peer.name].append(measure(peer))
    return {name: statistics.median(values) for name, values in samples.items()}


def row(title: str, figures: dict[str, float], form: str, *, more_is_better: bool) -> str:
    ours = figures["onair"]
    cells = [format(ours, form)]
    for name, value in figures.items():
        if name != "onair":
            ratio = ours / value if more_is_better else value / ours
            cells.append(f"{format(value, form)} ({ratio:.1f} times)")
    return f"| {title} | {' | '.join(cells)} |"


def machine() -> str:
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True, cwd=HERE
    ).stdout.strip()
    packages = ", ".join(f"{name} {version(name)}" for name in ("uvicorn", "uvloop", "channels", "daphne"))
    return (
        f"Commit {commit}; {platform.system()} {platform.machine()}, {os.cpu_count()} cores; "
        f"Python {platform.python_version()}, {packages}, Node {node}."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="of which the median is taken (default: 3)")
    parser.add_argument("--subscribers", type=int, nargs="+", default=[100, 1000], metavar="N")
    parser.add_argument("--in-flight", type=int, nargs="+", default=[1, 16], metavar="W")
    parser.add_argument("--idle", type=int, default=2000, help="idle connections to weigh (default: 2000)")
    parser.add_argument("--peers", nargs="+", choices=[peer.name for peer in PEERS if peer.name != "onair"])
    parser.add_argument("--output", type=Path, help="write the results to this file, too")
    options = parser.parse_args()
    if not shutil.which("node"):
        parser.error("the peer `ws` needs Node: install it, or leave it out with --peers channels")
    names = {"onair", *(options.peers or [peer.name for peer in PEERS])}
    peers = [peer for peer in PEERS if peer.name in names]

    lines = [
        machine(),
        f"Medians of {options.rounds} interleaved rounds; in brackets, how many times better onair does.",
        "",
        f"| | {' | '.join(peer.name for peer in peers)} |",
        f"|---|{'---|' * len(peers)}",
    ]
    for in_flight in options.in_flight:
        for count in options.subscribers:
            figures = interleaved(
                options.rounds, peers, lambda peer, n=count, w=in_flight: measure_fanout(peer, n, w)
            )
            title = f"deliveries per CPU-second, N={count:,}, W={in_flight}"
            lines.append(row(title, figures, ",.0f", more_is_better=True))
            print(lines[-1], flush=True)
    figures = interleaved(options.rounds, peers, lambda peer: measure_memory(peer, 500, options.idle))
    lines.append(row("KiB per idle subscribed connection", figures, ".1f", more_is_better=False))
    text = "\n".join(lines)
    print(f"\n{text}")
    if options.output:
        options.output.write_text(f"# Results\n\n{text}\n")


if __name__ == "__main__":
    main()
