"""Programs of the demo, each as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("manage.py")


def manage(*command: str, **environment: str) -> None:
    """Run a command of ``manage.py`` to its end."""
    run(str(SCRIPT), *command, **environment)


def run(*arguments: str, **environment: str) -> None:
    """Run a program of Python to its end; where it fails, this process ends as it did."""
    process = subprocess.Popen([sys.executable, *arguments], env=os.environ | environment)
    try:
        status = process.wait()
    except KeyboardInterrupt:
        # Ctrl-C goes to both: let it end in its own time.
        process.wait()
        raise
    if status:
        sys.exit(status)
