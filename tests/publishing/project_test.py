"""A test as a project writes it: a function that runs as the method of a Django ``TestCase``."""

from __future__ import annotations

import unittest
from collections.abc import Callable

from django.test import TestCase


def run(test: Callable[[TestCase], None], **names: object) -> None:
    """Run the function in both databases of this site; what it raises is raised.

    Args:
        names: other names of the class.
    """
    case = type("Case", (TestCase,), {"test": test, "databases": {"default", "other"}, **names})
    result = unittest.TestResult()
    unittest.TestSuite([case("test")]).run(result)
    for _, traceback in [*result.errors, *result.failures]:
        raise AssertionError(traceback)
    assert result.testsRun == 1
