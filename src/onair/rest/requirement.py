"""Django REST framework, where it is needed and may be missing."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from onair.exceptions import ConfigurationError

INSTALL = 'pip install "django-onair[drf]"'

_PACKAGE = "rest_framework"


class MissingRestFramework(ConfigurationError, ImportError):
    """Django REST framework is not installed."""

    def __init__(self) -> None:
        super().__init__(f"This needs Django REST framework. Run: {INSTALL}")


def is_installed() -> bool:
    """Whether Django REST framework can be imported; it is not, to find out."""
    return find_spec(_PACKAGE) is not None


def load(module: str) -> ModuleType:
    """Import a module that may need Django REST framework.

    Raises:
        MissingRestFramework: it does, and there is none.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == _PACKAGE and not is_installed():
            raise MissingRestFramework from error
        raise
