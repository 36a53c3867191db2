"""The line that says which development servers have no sockets, and when it is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django import Settings

from onair.embedded import elsewhere

SERVING = [
    (["manage.py", "runserver_plus", "--noreload"], {}),
    (["manage.py", "runserver_plus"], {"WERKZEUG_RUN_MAIN": "true"}),
    (["manage.py", "runsslserver", "--noreload", "8000"], {}),
    (["manage.py", "runsslserver"], {"RUN_MAIN": "true"}),
]

#: The reloader's parent, live servers, other commands, and programs without a command.
NOT_SERVING = [
    (["manage.py", "runserver_plus"], {}),
    (["manage.py", "runserver"], {"RUN_MAIN": "true"}),
    (["manage.py", "migrate"], {}),
    (["/usr/bin/gunicorn"], {}),
]


Say = Callable[[list[str], dict[str, str]], str]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    def run(argv: list[str], environment: dict[str, str]) -> str:
        monkeypatch.setattr("sys.argv", argv)
        for name in ("RUN_MAIN", "WERKZEUG_RUN_MAIN", "ONAIR_URL"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        elsewhere.say_so()
        return capsys.readouterr().err

    return run


@pytest.mark.parametrize(("argv", "environment"), SERVING)
def test_a_server_without_sockets_says_what_to_use(
    argv: list[str], environment: dict[str, str], say: Say
) -> None:
    line = say(argv, environment)
    assert line.count("\n") == 1
    assert argv[1] in line
    assert "manage.py runserver" in line
    assert "manage.py onair serve" in line


@pytest.mark.parametrize(("argv", "environment"), NOT_SERVING)
def test_all_others_say_nothing(argv: list[str], environment: dict[str, str], say: Say) -> None:
    assert say(argv, environment) == ""


@pytest.mark.parametrize(
    "options",
    [{"URL": "pusher://key:secret@eu/1"}, {"PUBLIC_URL": "ws://127.0.0.1:6001"}, {"URL": "nonsense"}],
)
def test_where_the_sockets_are_elsewhere_nothing_is_said(
    options: dict[str, str], say: Say, settings: Settings
) -> None:
    settings.ONAIR = options
    assert say(["manage.py", "runserver_plus", "--noreload"], {}) == ""
