"""Whether this process runs tests.

Then events leave at once on the thread that publishes them, so that a test sees them, and never for a server
of another process: a test must not publish into the pages that its developer has open.
"""

from __future__ import annotations

import sys

from onair import commit, testrun


def is_on() -> bool:
    """Whether tests run: Django's test environment is set up, or this thread is in a ``TestCase``."""
    # A TestCase lies beside that module: a site in production looks at no connection.
    return "django.test.utils" in sys.modules and (testrun.is_set_up() or commit.in_test_case())
