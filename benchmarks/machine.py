"""What the figures were taken with."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.peers import found
from benchmarks.process import ROOT

PACKAGES = ("uvicorn", "uvloop", "httptools", "websockets", "msgspec", "channels", "daphne", "socketify")


def described() -> Iterator[str]:
    """Lines that say on what, and with what, it was measured."""
    yield from described_python(PACKAGES)
    yield f"- {', '.join(_others())}"


def described_python(packages: Iterable[str]) -> Iterator[str]:
    """The same, where nothing but Python was needed."""
    yield f"- Commit {_commit()}"
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    yield f"- {system}, {_processor()}, {os.cpu_count()} cores"
    yield f"- Python {platform.python_version()}; {', '.join(_versions(packages))}"


def _commit() -> str:
    changes = _said("git", "status", "--porcelain", "--", "src", "benchmarks/peers")
    return _said("git", "rev-parse", "--short", "HEAD") + (", with changes" if changes else "")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "unknown processor")


def _versions(packages: Iterable[str]) -> Iterator[str]:
    for name in packages:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue


def _others() -> Iterator[str]:
    yield f"Node {_said('node', '--version').lstrip('v')}"
    for name in ("ws", "socket.io"):
        manifest = ROOT / "benchmarks/node_modules" / name / "package.json"
        if manifest.exists():
            yield f"{name} {json.loads(manifest.read_text())['version']}"
    yield _said("cc", "--version").partition("\n")[0]


def _said(program: str, *arguments: str) -> str:
    """What a program prints; of one that is not installed, that it is not."""
    try:
        command = [found(program), *arguments]
    except FileNotFoundError as error:
        return str(error)
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout.strip()
