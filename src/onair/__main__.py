"""``python -m onair``: the server alone, with no Django project."""

from __future__ import annotations

import sys

from onair.standalone.command import main

if __name__ == "__main__":
    sys.exit(main())
