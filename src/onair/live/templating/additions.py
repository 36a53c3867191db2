"""What middleware has put on a request: it may be one visitor's, so that who reads it is noted.

A team, a tenant, a basket are read of the visitor before the view, where nobody watches. Visitors with the
same one share a rendering; what has no name by which two could be compared is its visitor's alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.http import HttpRequest
from django.utils.functional import LazyObject, empty

from onair.live.reading import recorder as reading
from onair.live.templating.audience import Watch

#: What Django's own middleware and handlers put there, and servers: the same for all visitors of an address,
#: or watched by itself.
_KNOWN = frozenset(
    vars(HttpRequest()).keys()
    | {"environ", "scope", "user", "auser", "session", "headers", "site", "urlconf", "LANGUAGE_CODE", "GET"}
    | {"POST", "FILES", "csrf_processing_done", "csrf_cookie_needs_update", "csp_nonce", "accepted_types"}
    | {"path_info", "script_name", "body", "body_receive_timeout", "read_started"}
)

#: What two visitors may have in common.
_COMPARED = (str, int, float, bool, Decimal, UUID, date, Enum, type(None))

_APART = "_onair_apart"


class _Additions:
    """A request that lacks what was put on it: who asks for that is noted."""

    def __getattr__(self, name: str) -> Any:
        try:
            values, watch = self.__dict__[_APART]
            value = values[name]
        except KeyError:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}") from None
        return _noted(name, value, watch)


def watch_additions(request: HttpRequest, watch: Watch) -> Callable[[], None]:
    """Let a request note what is read of all that was put on it. Return how to let it be as it was."""
    attributes = vars(request)
    values = {name: value for name, value in attributes.items() if _is_added(name)}
    if not values:
        return lambda: None
    kind = type(request)
    for name in values:
        del attributes[name]
    attributes[_APART] = values, watch
    request.__class__ = _with_additions(kind)  # type: ignore[arg-type] # a class is hashable

    def unwatch() -> None:
        request.__class__ = kind
        attributes.pop(_APART, None)
        for name, value in values.items():
            attributes.setdefault(name, value)  # the view may have put another one there

    return unwatch


def _is_added(name: str) -> bool:
    return name not in _KNOWN and not name.startswith(("_", "onair_"))


@cache
def _with_additions(kind: type[HttpRequest]) -> type[HttpRequest]:
    names: Mapping[str, Any] = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
    return type(kind.__name__, (_Additions, kind), dict(names))


def _noted(name: str, value: Any, watch: Watch) -> Any:
    with watch.ignoring():
        plain = value
        while isinstance(plain, LazyObject):
            if plain._wrapped is empty:
                plain._setup()
            plain = plain._wrapped
    recorder = reading.current()
    if isinstance(plain, Model) and recorder is not None:
        recorder.instance(plain, None)
    watch.note(name, _name_of(plain))
    return value


def _name_of(value: Any) -> str | None:
    """Return by what a value is compared with other visitors'; None where it is one visitor's."""
    if isinstance(value, Model):
        return None if value.pk is None else f"{value._meta.label_lower}:{value.pk}"
    return f"{type(value).__name__}:{value}" if isinstance(value, _COMPARED) else None
