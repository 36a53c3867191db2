"""The checks of who holds the sockets."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.core.asgi import get_asgi_application
from django.core.management.commands.runserver import Command
from django.core.servers.basehttp import WSGIServer
from pytest_django import Settings

import onair.asgi
from onair import conf
from onair.embedded.checks import check_runserver, check_server
from onair.engines import announcements

live_application = onair.asgi.wrap(get_asgi_application())
plain_application = get_asgi_application()

HOSTED = {"URL": "pusher://key:secret@eu/1"}
NONSENSE = {"URL": "nonsense"}


@pytest.fixture(autouse=True)
def site(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.BASE_DIR = tmp_path
    settings.DEBUG = True
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.mark.parametrize("name", [None, "plain_application", "no_such_name"])
def test_a_site_without_any_server_is_told_the_remedies(name: str | None, settings: Settings) -> None:
    settings.ASGI_APPLICATION = name and f"{__name__}.{name}"
    [message] = check_server()
    assert message.id == "onair.W020"
    for remedy in ("onair.asgi.get_asgi_application()", "manage.py onair serve", "ONAIR_URL"):
        assert remedy in str(message.hint)


def test_an_asgi_site_with_sockets_is_right(settings: Settings) -> None:
    settings.ASGI_APPLICATION = f"{__name__}.live_application"
    assert check_server() == []


def test_a_site_whose_server_runs_is_right() -> None:
    claim = announcements.claim(conf.site_key())
    claim.announce("127.0.0.1", 6001)
    try:
        assert check_server() == []
    finally:
        claim.withdraw()


@pytest.mark.parametrize("options", [HOSTED, NONSENSE], ids=["elsewhere", "unreadable"])
def test_where_the_sockets_are_elsewhere_there_is_nothing_to_say(
    options: dict[str, Any], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ONAIR = options
    monkeypatch.setattr(Command, "server_cls", WSGIServer)
    assert check_server() == []
    assert check_runserver() == []


def test_with_an_engine_any_machine_may_hold_the_sockets_and_none_is_asked(settings: Settings) -> None:
    settings.ONAIR = {"URL": "redis://127.0.0.1:1/0"}
    assert check_server() == []


def test_djangos_runserver_is_live() -> None:
    assert check_runserver() == []


def test_a_runserver_that_serves_no_sockets_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Command, "server_cls", WSGIServer)
    [message] = check_runserver()
    assert message.id == "onair.W021"
    assert "django.contrib.staticfiles" in message.msg
    assert "manage.py onair serve" in str(message.hint)


def test_in_production_nobody_uses_runserver(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DEBUG = False
    monkeypatch.setattr(Command, "server_cls", WSGIServer)
    assert check_runserver() == []
