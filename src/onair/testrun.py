"""Whether this process runs tests, which must reach nobody else's pages."""

from __future__ import annotations

import sys


def is_set_up() -> bool:
    """Whether Django's test environment is set up, as its runner and pytest-django do.

    ``django.test.utils`` is not imported to find out: without it there is no test.
    """
    utils = sys.modules.get("django.test.utils")
    return utils is not None and hasattr(utils._TestState, "saved_data")
