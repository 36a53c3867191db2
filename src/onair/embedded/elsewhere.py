"""Development servers that sockets cannot be handed over from: one line at their start says what to use."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from onair import conf
from onair.exceptions import ConfigurationError

#: The command's name, and the variable that its reloader sets in the process that serves.
COMMANDS: Mapping[str, str] = {
    "runserver_plus": "WERKZEUG_RUN_MAIN",
    "runsslserver": "RUN_MAIN",
}

REMEDY = (
    "use manage.py runserver; or run manage.py onair serve beside it, "
    'and set ONAIR = {"PUBLIC_URL": "ws://127.0.0.1:6001"}.'
)


def say_so() -> None:
    """Write one line if this process is such a server, unless the sockets are elsewhere anyway."""
    command = _serving_command()
    if command is not None and _needs_this_process():
        sys.stderr.write(f"Not on air: {command} serves no sockets; {REMEDY}\n")


def _serving_command() -> str | None:
    """Return the command's name if this process serves, and does not only watch the files."""
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    variable = COMMANDS.get(command)
    if variable is None:
        return None
    serves = "--noreload" in sys.argv or os.environ.get(variable) == "true"
    return command if serves else None


def _needs_this_process() -> bool:
    try:
        return isinstance(conf.target(), conf.Embedded) and conf.public_url() is None
    except ConfigurationError:  # the checks say what is wrong with the settings
        return False
