#!/usr/bin/env python
from __future__ import annotations

import os
import sys


def raise_open_files() -> None:
    """Let this process open as many files as it may: a thousand readers and their server hold two each."""
    try:
        import resource
    except ImportError:  # Windows knows no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 8_192 if hard == resource.RLIM_INFINITY else min(8_192, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    raise_open_files()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
