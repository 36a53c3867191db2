"""The settings of drf_model_pusher."""

from __future__ import annotations

from typing import Any

from django.conf import settings

BACKENDS_FILE = "DRF_MODEL_PUSHER_BACKENDS_FILE"
DISABLED = "DRF_MODEL_PUSHER_DISABLED"
OPTIMISED = "DRF_MODEL_PUSHER_WEBHOOK_OPTIMISATION_ENABLED"

#: Every setting, with its default.
DEFAULTS: dict[str, Any] = {BACKENDS_FILE: "pusher_backends.py", DISABLED: False, OPTIMISED: False}


def backends_module() -> str:
    """Return the name of the module that an app has its backends in: the file's, without ``.py``."""
    name: str = _read(BACKENDS_FILE)
    return name.removesuffix(".py").replace("/", ".")


def is_disabled() -> bool:
    """Whether nothing is sent at all."""
    return bool(_read(DISABLED))


def is_optimised() -> bool:
    """Whether events go to occupied channels alone."""
    return bool(_read(OPTIMISED))


def _read(name: str) -> Any:
    return getattr(settings, name, DEFAULTS[name])
