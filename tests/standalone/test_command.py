"""The command ``onair`` as a person meets it, in a process where Django cannot be imported."""

from __future__ import annotations

import re
import socket
import sys
from pathlib import Path

import pytest

from onair.standalone.command import options_of_serve
from onair.standalone.options import GROUPS, OPTIONS
from tests.embedded.running import started
from tests.standalone.running import FIRST, command, serving, spec


def test_the_command_alone_prints_its_help(tmp_path: Path) -> None:
    with command(tmp_path) as process:
        assert process.exit_code() == 0
        assert "Serve apps, with no Django project" in process.written


def test_the_module_is_the_command(tmp_path: Path) -> None:
    with started(tmp_path, "-m", "onair", "--version") as process:
        assert process.exit_code() == 0
        assert re.fullmatch(r"django-onair [\d.]+\n", process.written)


def test_the_help_has_every_option_under_its_heading_and_examples(tmp_path: Path) -> None:
    with command(tmp_path, "serve", "--help") as process:
        assert process.exit_code() == 0
        written = " ".join(process.written.split())
    for option in OPTIONS:
        assert option.flag in written
        assert f"[{option.variable}]" in written
    for group in GROUPS:
        assert f"{group}:" in written
    assert "examples: onair serve --app 1:app-key:app-secret" in written


WRONG = {
    "no app": ((), r"onair: no app is named: .*python -m onair serve --app 1:[0-9a-f]{20}:[0-9a-f]{40} .*\n"),
    "a value": (("--app", "1:key"), r"onair: --app: it wants ID:KEY:SECRET.*\n"),
    "an option": (("--ap", "x"), r"onair: --ap is not known: did you mean --app\?\n"),
    "an app without its option": (
        (spec(FIRST),),
        r"onair: an argument belongs to no option: an app is --app ID:KEY:SECRET\n",
    ),
    "an app with another's option": (
        (f"--apps={spec(FIRST)}",),
        r"onair: --apps is not known: did you mean --app\?\n",
    ),
    "no value": (("--drain",), r"onair: --drain: expected one argument\n"),
    "a file": (("--config", "no.toml"), r"onair: --config no\.toml: the file cannot be read: .*\n"),
}


@pytest.mark.parametrize(("arguments", "text"), WRONG.values(), ids=WRONG)
def test_a_wrong_input_is_one_line_and_exit_code_2(
    arguments: tuple[str, ...], text: str, tmp_path: Path
) -> None:
    with command(tmp_path, "serve", *arguments) as process:
        assert process.exit_code() == 2
        assert re.fullmatch(text, process.written), process.written
        assert FIRST.secret not in process.written


def test_a_wrong_command_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    with command(tmp_path, "server") as process:
        assert process.exit_code() == 2
        assert re.fullmatch(r"onair: .*serve.*\n", process.written), process.written


def test_a_port_that_is_taken_is_an_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        with command(tmp_path, "serve", "--app", spec(FIRST), "--bind", bind) as process:
            assert process.exit_code() not in {0, 2}
            assert "address already in use" in process.written
            assert "Traceback" not in process.written


def test_the_start_says_what_is_served_and_how_a_client_connects_but_no_secret(tmp_path: Path) -> None:
    with serving(tmp_path, "--log-level", "debug") as alone:
        port = alone.host.rpartition(":")[2]
        written = alone.process.wait_for(r"A browser connects by (new Pusher\(.*\))\n")
        assert written.startswith('new Pusher("first-key", {')
        assert f'"wsHost": "127.0.0.1", "wsPort": {port}, "forceTLS": false' in written
        assert f"events to http://127.0.0.1:{port}/apps/1\n" in alone.process.written
        assert FIRST.secret not in alone.process.written


def test_the_list_of_options_is_that_of_the_parser() -> None:
    assert len(options_of_serve()) == len(OPTIONS) + 2
    assert sys.version_info >= (3, 11)
