"""The package as its users get it: built, looked into, installed where nothing is, and live by two edits.

Usage: python scripts/check-package.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

#: One file of each kind that must be in the wheel.
WANTED = (
    "onair/__init__.py",
    "onair/__main__.py",
    "onair/py.typed",
    "onair/management/commands/onair.py",
    "onair/static/onair/onair.js",
    "onair/static/onair/onair-page.js",
    "onair/static/onair/pusherable.js",
    "onair/static/onair/vendor/pusher.min.js",
    "onair/static/onair/vendor/pusher.min.js.LICENSE.txt",
    "onair/static/onair/vendor/pusher-with-encryption.min.js",
    "onair/static/onair/vendor/pusher-with-encryption.min.js.LICENSE.txt",
    "onair/templatetags/onair.py",
    "django_rt/views.py",
    "pusherable/templatetags/pusherable_tags.py",
    "pusherable/example/templates/example.html",
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


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    subprocess.run([str(part) for part in command], check=True, cwd=cwd, env=environment())


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONDEVMODE"}}


def build(folder: Path) -> Path:
    run(sys.executable, "-m", "pip", "--quiet", "wheel", "--no-deps", "--wheel-dir", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    return wheel


def look_into(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    missing = [name for name in WANTED if name not in names]
    superfluous = [name for name in names if name.startswith(UNWANTED)]
    if missing or superfluous:
        sys.exit(f"{wheel.name}: missing {missing}, superfluous {superfluous}")


def install(wheel: Path, folder: Path) -> Path:
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    run(python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", wheel)
    return python


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
        wheel = build(folder)
        look_into(wheel)
        python = install(wheel, folder / "environment")
        run(python.with_name("onair"), "--version")
        start_project(python, folder / "project")
        run(python, "manage.py", "check", "--fail-level", "WARNING", cwd=folder / "project")
        run(python, "manage.py", "shell", "--no-imports", "--command", PROBE, cwd=folder / "project")
    sys.stdout.write(f"{wheel.name}: whole, installs, and is live after two edits.\n")


if __name__ == "__main__":
    main()
