from __future__ import annotations

import os
from typing import Any

from django.apps import AppConfig
from django.db import connection

from onair import signals


class PagesConfig(AppConfig):
    """Has receivers that write what they are told to the database, where there is one."""

    name = "pages"

    def ready(self) -> None:
        if "TEST_DATABASE" not in os.environ:
            return
        for name in signals.SIGNALS:
            signals.SIGNALS[name].connect(_receiver(name), weak=False)


def _receiver(name: str) -> Any:
    def receive(channel: str, user_id: str | None = None, **arguments: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE IF NOT EXISTS told (id INTEGER PRIMARY KEY, name, channel, user_id, pid)"
            )
            cursor.execute(
                "INSERT INTO told (name, channel, user_id, pid) VALUES (%s, %s, %s, %s)",
                [name, channel, user_id, os.getpid()],
            )

    return receive
