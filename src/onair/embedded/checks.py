"""The system checks of who holds the sockets: no server is never silent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from django.core import checks
from django.core.checks import CheckMessage
from django.core.management import get_commands, load_command_class
from django.utils.module_loading import import_string

from onair import conf
from onair.embedded.runserver import LiveServer
from onair.engines import announcements

NO_SERVER = "onair.W020"
RUNSERVER_NOT_LIVE = "onair.W021"


def check_server(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say so if nothing holds the sockets of this site. For deployments: register it with ``deploy=True``.

    With an engine they may be held on any machine, and a check asks none.
    """
    if conf.engine() is not None:
        return []
    if not conf.is_embedded() or _is_asgi_live() or _is_running():
        return []
    return [
        checks.Warning(
            "No server holds the sockets of this site: it is set up for one in its own process, "
            "and a WSGI server has none.",
            hint=(
                "One of: serve the application of onair.asgi.get_asgi_application() with one worker of an "
                'ASGI server, and name it in ASGI_APPLICATION; run "manage.py onair serve" on this machine, '
                'with ONAIR["PUBLIC_URL"] for the browsers; or name a server elsewhere by ONAIR_URL.'
            ),
            id=NO_SERVER,
        )
    ]


def check_runserver(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say so if another app's ``runserver`` took the place of the one that serves sockets."""
    if not apps.is_installed("onair"):  # the check of pusherable says what is missing
        return []
    if not django_settings.DEBUG or not conf.is_embedded():
        return []
    command = load_command_class(get_commands()["runserver"], "runserver")
    server_class = getattr(command, "server_cls", None)
    if isinstance(server_class, type) and (
        issubclass(server_class, LiveServer) or hasattr(server_class, "onair")
    ):
        return []
    return [
        checks.Warning(
            f"The runserver of {type(command).__module__} serves no sockets.",
            hint='Run "manage.py onair serve" beside it, and set ONAIR["PUBLIC_URL"] to its address.',
            id=RUNSERVER_NOT_LIVE,
        )
    ]


def _is_asgi_live() -> bool:
    """Whether the ASGI application that the settings name is ours."""
    path = getattr(django_settings, "ASGI_APPLICATION", None)
    if not path:
        return False
    from onair.embedded.application import LiveApplication

    try:
        return isinstance(import_string(path), LiveApplication)
    except Exception:  # the site's own module: what is wrong with it shows when it is served
        return False


def _is_running() -> bool:
    try:
        return announcements.find(conf.site_key()) is not None
    except (announcements.UnsafeFolder, OSError):
        return False
