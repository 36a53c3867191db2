"""The house: imports run one way, and what is pure imports nothing that does I/O."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "onair"

#: What live pages stand on: what lies at the root of ``live`` without being on top of it.
LIVE_BASE = {"live/signals", "live/again", "live/sealing", "live/elsewhere", "live/touching", "live/tokens"}

#: What each folder may import from the package, beside itself and what is in it; in ``live``, where folders
#: stand on each other, each of them and what they need of its root. ``""`` is the package's own root.
MAY_IMPORT: dict[str, set[str]] = {
    "protocol": set(),
    "hub": {"protocol"},
    "engines": {"protocol", "hub"},
    "webhooks": {"protocol", "hub", "engines"},
    "server": {"protocol", "hub", "engines", "webhooks"},
    "supervision/crew": {"server"},
    "supervision": {"server"},
    "standalone": {"protocol", "engines", "server", "supervision"},
    "embedded": {"", "protocol", "hub", "engines", "webhooks", "server"},
    "publishing": {"", "protocol", "engines"},
    "authorization": {"", "protocol"},
    "payloads": {""},
    "changes": {""},
    "broadcasting": {"", "protocol", "publishing", "payloads", "changes"},
    "views": {"", "protocol", "publishing", "authorization", "payloads"},
    "rest": {"", "protocol", "publishing", "authorization", "views", "changes"},
    "live/signals": set(),
    "live/again": set(),
    "live/sealing": set(),
    "live/matching": {"changes"},
    "live/markup": set(),
    "live/reading": {"changes", "live/matching"},
    "live/elsewhere": {"", "engines", "publishing"},
    "live/touching": {"", "changes", "embedded", "live/elsewhere", "live/signals"},
    "live/tokens": {"live/events"},
    "live/events": {"", "live/tokens"},
    "live/templating": {
        *("", "engines", "publishing", "authorization"),
        *("live/tokens", "live/matching", "live/markup", "live/reading"),
    },
    "live/rendering": {
        *("", "protocol", "hub", "engines", "embedded", "changes", *LIVE_BASE),
        *("live/matching", "live/markup", "live/reading", "live/templating"),
    },
    "live/visiting": {"", "live/templating", "live/rendering"},
    "live/explaining": {
        *("changes", "live/visiting"),
        *("live/matching", "live/markup", "live/templating", "live/rendering"),
    },
    "live": {"", "embedded", "publishing", "views", "changes"},
    "inspector": {
        *("", "protocol", "hub", "engines", "server", "embedded", "publishing", "live"),
    },
    "templatetags": {"", "protocol", "publishing", "authorization", "payloads", "views", "live"},
    "outbox": {"", "engines", "embedded", "publishing", "changes"},
    "doctor": {
        *("", "protocol", "engines", "publishing", "authorization", "changes", "live"),
    },
    "management": {
        *(
            "",
            "doctor",
            "protocol",
            "hub",
            "engines",
            "server",
            "embedded",
            "publishing",
            "supervision",
            "standalone",
            "changes",
            "live",
            "outbox",
        ),
    },
    "testing": {
        *(
            "",
            "protocol",
            "hub",
            "engines",
            "server",
            "embedded",
            "publishing",
            "authorization",
            "changes",
            "live",
        ),
    },
}

#: Folders that run with Django not importable.
WITHOUT_DJANGO = {
    *("protocol", "hub", "engines", "webhooks", "server", "supervision/crew", "supervision"),
    *("standalone", "live/markup"),
}

#: Folders that neither wait, nor look at the clock, nor throw dice.
PURE = {"protocol", "hub", "supervision/crew", "live/markup", "live/matching"}
IMPURE_MODULES = {"asyncio", "os", "random", "secrets", "select", "socket", "ssl", "threading", "time"}


def folder_of(path: Path) -> str:
    return row_of(path.relative_to(PACKAGE).with_suffix("").parts)


def row_of(names: Sequence[str]) -> str:
    """Return the row of the table that a module belongs to, by the names of its path."""
    inner = "/".join(names[:2])
    if inner in MAY_IMPORT:
        return inner
    return names[0] if (PACKAGE / names[0]).is_dir() else ""


def imported_modules(path: Path) -> Iterator[str]:
    """Yield what a file imports when it is loaded or run; imports for annotations alone do not count."""
    tree = ast.parse(path.read_text())
    for_annotations = {
        node
        for guard in ast.walk(tree)
        if isinstance(guard, ast.If) and "TYPE_CHECKING" in ast.unparse(guard.test)
        for node in ast.walk(guard)
    }
    for node in ast.walk(tree):
        if node in for_annotations:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


FILES = sorted(path for path in PACKAGE.rglob("*.py") if folder_of(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    folder = folder_of(path)
    allowed = MAY_IMPORT[folder] | {folder}
    for module in imported_modules(path):
        if not module.startswith("onair."):
            continue
        target = row_of(module.split(".")[1:])
        assert any(target == one or target.startswith(f"{one}/") for one in allowed), (
            f"{folder}/ may not import {module}"
        )


@pytest.mark.parametrize(
    "path", [path for path in FILES if folder_of(path) in WITHOUT_DJANGO], ids=lambda path: path.stem
)
def test_the_server_and_what_is_below_it_never_import_django(path: Path) -> None:
    assert not [module for module in imported_modules(path) if module.split(".")[0] == "django"]


@pytest.mark.parametrize(
    "path", [path for path in FILES if folder_of(path) in PURE], ids=lambda path: path.stem
)
def test_what_is_pure_does_no_input_or_output(path: Path) -> None:
    assert not {module.split(".")[0] for module in imported_modules(path)} & IMPURE_MODULES


def test_the_server_and_what_is_below_it_run_where_django_cannot_be_imported() -> None:
    modules = [
        ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
        for path in FILES
        if folder_of(path) in WITHOUT_DJANGO and path.stem != "__init__"
    ]
    script = (
        "import importlib, sys; sys.modules['django'] = None; [*map(importlib.import_module, sys.argv[1:])]"
    )
    subprocess.run(
        [sys.executable, "-c", script, *modules],
        check=True,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""},
    )


def test_every_path_that_the_architecture_page_names_exists() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    named = set(re.findall(r"`((?:src|js|demo|tests|benchmarks|docs|scripts)/[\w./-]*)`", text))
    assert named
    assert not [name for name in named if not (ROOT / name).exists()]


def test_the_architecture_page_names_every_folder() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    folders = {
        child.name for child in PACKAGE.iterdir() if child.is_dir() and (child / "__init__.py").exists()
    }
    assert not {folder for folder in folders if f"`src/onair/{folder}/`" not in text}


def test_no_public_name_is_the_name_of_a_module() -> None:
    import onair

    modules = {path.stem for path in PACKAGE.iterdir()}
    assert not set(onair.__all__) & modules


def test_importing_the_package_imports_neither_django_nor_an_extra() -> None:
    script = (
        "import sys, onair;"
        "bad = {'django', 'pusher', 'uvicorn', 'websockets', 'urllib3'} & set(sys.modules);"
        "sys.exit(f'imported {bad}' if bad else 0)"
    )
    subprocess.run(
        [sys.executable, "-c", script], check=True, env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""}
    )
