"""The inspector's addresses: who may not see it is sent away before anything of it is loaded."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache

from onair.inspector.access import may_inspect, refuse

View = Callable[..., HttpResponseBase]


def _later(name: str) -> View:
    """Return a view of :mod:`onair.inspector.views`: a site without live pages loads none of them for it."""

    @never_cache
    def view(request: HttpRequest, **kwargs: str) -> HttpResponseBase:
        if not may_inspect(request):
            return refuse(request)
        found: View = getattr(import_module("onair.inspector.views"), name)
        return found(request, **kwargs)

    return view


inspector = _later("inspector")
event = _later("event")
