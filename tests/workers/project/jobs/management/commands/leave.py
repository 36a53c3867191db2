from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from jobs import work


def _send_self(signum: int) -> None:
    os.kill(os.getpid(), signum)


def _exit_at_sigterm() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    _send_self(signal.SIGTERM)


def _fail() -> None:
    raise work.Failed("the command")


#: How a process may end.
ENDINGS: dict[str, Callable[[], object]] = {
    "returns": lambda: None,
    "exits": lambda: sys.exit(3),
    "fails": _fail,
    "is interrupted": lambda: _send_self(signal.SIGINT),
    "exits at SIGTERM": _exit_at_sigterm,
    "is terminated": lambda: _send_self(signal.SIGTERM),
    "is killed": lambda: _send_self(signal.SIGKILL),
    "ends by os._exit": lambda: os._exit(0),
}


class Command(BaseCommand):
    help = "Publishes, and ends in one of several ways."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ending", choices=ENDINGS)

    def handle(self, *args: Any, ending: str, **options: Any) -> None:
        work.publish_at_the_end(ending)
        ENDINGS[ending]()
