"""Whether this process runs tests.

Then events leave at once on the thread that publishes them, so that a test sees them, and never for a server
of another process: a test must not publish into the pages that its developer has open.
"""

from __future__ import annotations

import sys

from onair.publishing import commit


def is_on() -> bool:
    """Whether tests run: Django's test environment is set up, or this thread is in a ``TestCase``.

    Django's runner and pytest-django set it up (``django.test.utils.setup_test_environment``). The module is
    not imported to find out: without it there is no test.
    """
    utils = sys.modules.get("django.test.utils")
    if utils is None:
        return False
    return hasattr(utils._TestState, "saved_data") or commit.in_test_case()
