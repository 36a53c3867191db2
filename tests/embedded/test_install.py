"""How the development servers become live."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management.commands.runserver import Command
from django.core.servers.basehttp import WSGIServer

from onair.embedded import runserver
from onair.embedded.runserver import LiveServer


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    installed = Command.server_cls
    yield
    Command.server_cls = installed


def test_the_app_makes_runserver_live() -> None:
    assert issubclass(Command.server_cls, LiveServer)


def test_installing_twice_changes_nothing() -> None:
    before = Command.server_cls
    runserver.install()
    assert Command.server_cls is before


def test_the_server_of_another_app_is_kept_beneath() -> None:
    class Other(WSGIServer):
        """What another app put there."""

    Command.server_cls = Other
    runserver.install()
    assert issubclass(Command.server_cls, LiveServer)
    assert issubclass(Command.server_cls, Other)


def test_a_server_that_cannot_be_made_live_is_left_alone_with_a_warning() -> None:
    Command.server_cls = "not a class"
    with pytest.warns(RuntimeWarning, match="runserver serves no sockets"):
        runserver.install()
    assert Command.server_cls == "not a class"
