"""``onair.writing``: whom the writes of a block need not be told to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import ContextVar
from functools import wraps
from inspect import iscoroutinefunction
from types import TracebackType
from typing import Any, TypeVar, cast

from django.http import HttpRequest

from onair.changes import writing as changes
from onair.publishing.api import socket_id

_Function = TypeVar("_Function", bound=Callable[..., Any])

#: The blocks that this thread or task is in. Not kept by the object: several threads may share one.
_entered: ContextVar[tuple[AbstractContextManager[None], ...]] = ContextVar("onair.entered", default=())


class writing:  # noqa: N801 (used like a function, as contextlib's)
    """Say of the writes inside whom they need not be told to. A context manager, and a decorator.

    It holds for this thread or task alone, and what it awaits; asynchronous code uses it in the same way.

    Args:
        exclude: who does not get the events: the socket of this request, named by its header ``X-Socket-ID``
            or ``X-Pusher-Socket-Id``, or a socket id. What is no socket id is ignored.
        silent: announce nothing.
    """

    def __init__(self, *, exclude: HttpRequest | str | None = None, silent: bool = False) -> None:
        self._exclude = socket_id(exclude)
        self._silent = silent

    def __enter__(self) -> None:
        inner = changes.writing(self._exclude, self._silent)
        inner.__enter__()
        _entered.set((*_entered.get(), inner))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        *outer, inner = _entered.get()
        _entered.set(tuple(outer))
        inner.__exit__(kind, error, traceback)

    def __call__(self, function: _Function) -> _Function:
        if iscoroutinefunction(function):

            @wraps(function)
            async def awaiting(*args: Any, **kwargs: Any) -> Any:
                with changes.writing(self._exclude, self._silent):
                    return await function(*args, **kwargs)

            return cast("_Function", awaiting)

        @wraps(function)
        def calling(*args: Any, **kwargs: Any) -> Any:
            with changes.writing(self._exclude, self._silent):
                return function(*args, **kwargs)

        return cast("_Function", calling)
