"""The methods by which a model decides what is said of it: their signatures, and how they are called."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model

from onair.exceptions import ConfigurationError

ON = "broadcast_on"
AS = "broadcast_as"
WITH = "broadcast_with"
WHEN = "broadcast_when"
HOOKS = (ON, AS, WITH, WHEN)

_T = TypeVar("_T")


class HookFailed(Exception):
    """What the site says of an announcement has raised: a hook, a serializer. ``__cause__`` is the error."""

    def __init__(self, hook: str) -> None:
        super().__init__(hook)
        self.hook = hook


def check_hooks(model: type[Model]) -> None:
    """Check that the model's hooks can be called.

    Raises:
        ConfigurationError: one is no method, is ``async``, or does not take the event.
    """
    for name in HOOKS:
        hook = getattr(model, name, None)
        if hook is not None and (mistake := _mistake_of(model, name, hook)):
            raise ConfigurationError(
                f"{model._meta.label}.{name} {mistake}. It is a method: def {name}(self, event), where event "
                'is "created", "updated" or "deleted".'
            )


def has_hook(model: type[Model], name: str) -> bool:
    """Whether the model has this hook, by itself or from a base."""
    return getattr(model, name, None) is not None


def depends_on_object(model: type[Model]) -> bool:
    """Whether it takes the object to know who is told of it."""
    return has_hook(model, ON) or has_hook(model, WHEN)


def ask(instance: Model, name: str, event: str) -> Any:
    """Return a hook's answer, None where the model has no such hook.

    Raises:
        HookFailed: the hook raised an error.
    """
    hook = getattr(instance, name, None)
    if hook is None:
        return None
    return guarded(f"{type(instance)._meta.label}.{name}()", lambda: hook(event))


def guarded(hook: str, call: Callable[[], _T]) -> _T:
    """Call what is the site's own code.

    Args:
        hook: what it is, for the log.

    Raises:
        HookFailed: it raised an error.
    """
    try:
        return call()
    except Exception as error:
        raise HookFailed(hook) from error


def _mistake_of(model: type[Model], name: str, hook: Any) -> str | None:
    if not callable(hook):
        return f"is {hook!r}"
    if inspect.iscoroutinefunction(hook) or inspect.isasyncgenfunction(hook):
        return "is async, and it is called after the commit, where nothing can wait for it"
    is_bound = isinstance(inspect.getattr_static(model, name), staticmethod | classmethod)
    arguments = ("created",) if is_bound else (model, "created")
    try:
        inspect.signature(hook).bind(*arguments)
    except (TypeError, ValueError) as error:
        return f"cannot be called ({error})"
    return None
