"""The class-based views of live pages."""

from __future__ import annotations

import logging
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.decorators import classonlymethod
from django.views.generic import DetailView, ListView, TemplateView

from onair.live import tokens
from onair.live.events.mixin import EventsMixin
from onair.live.rendering import process
from onair.live.rendering.viewer import Address, Viewer
from onair.live.templating.page import Page
from onair.live.wrapping import wrap

logger = logging.getLogger("onair.live")


class RTMixin(EventsMixin):
    """Makes the page of a class-based view live: its ``{% live %}`` regions follow the database.

    Put it before the view's class, and behind mixins that decide who may see the page:
    ``class BoardView(LoginRequiredMixin, RTMixin, TemplateView)``.
    """

    #: Whether the whole page is a region, so that it needs no tag.
    live_whole_page = False

    @classonlymethod
    def as_view(cls, **initkwargs: Any) -> Any:  # noqa: N805 (a class method)
        """Return the view. Its GETs are recorded."""
        return wrap(super().as_view(**initkwargs), cls, whole=cls.live_whole_page)  # type: ignore[misc]

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Get ready for a request."""
        super().setup(request, *args, **kwargs)  # type: ignore[misc]
        request.onair_view = self  # type: ignore[attr-defined]
        self.get_context_data = _as_content(self, self.get_context_data)  # type: ignore[method-assign]

    def live_audience(self) -> str | None:
        """Return who shares all of the page, None where what its regions read decides.

        What makes the page's content of a declared audience cannot read the request's user, session or
        cookies; what decides who may see it can.
        """
        return None

    def live_patches(self, regions: dict[str, str]) -> list[Any]:
        """Return the caller's regions where they are not any more what its browser has."""
        request: HttpRequest = self.request  # type: ignore[attr-defined]
        viewer = Viewer.of(request, tokens.user_of(request), tokens.session_of(request))
        return process.patches_for(Address.of(request), viewer, regions)


def _as_content(view: RTMixin, make: Any) -> Any:
    """Return the view's ``get_context_data``, as what makes the page's content."""

    @wraps(make)
    def get_context_data(**kwargs: Any) -> Any:
        page: Page | None = getattr(view.request, "onair_page", None)  # type: ignore[attr-defined]
        if page is None:
            return make(**kwargs)
        page.audience = view.live_audience()
        with page.content():
            return make(**kwargs)

    return get_context_data


class RTView(RTMixin, TemplateView):
    """A template whose loops and values follow the database, with no tag at all.

    The page's script is put before ``</head>``. A ``get_context_data`` that forgets to return its context,
    as the sample of django_rt does, is forgiven.
    """

    live_whole_page = True

    #: What ``get_context_data`` of the base class has made.
    _context: dict[str, Any] | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Get ready for a request."""
        super().setup(request, *args, **kwargs)
        make = self.get_context_data

        @wraps(make)
        def get_context_data(**kwargs: Any) -> dict[str, Any]:
            context: dict[str, Any] | None = make(**kwargs)
            if context is not None:
                return context
            if settings.DEBUG:
                logger.warning(
                    "%s.get_context_data() forgets to return its context.", type(self).__qualname__
                )
            return self._context or {}

        self.get_context_data = get_context_data  # type: ignore[method-assign]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the context of the template."""
        self._context = super().get_context_data(**kwargs)
        return self._context


class RTDetailView(RTMixin, DetailView):  # type: ignore[type-arg]
    """A live page of one object."""


class RTListView(RTMixin, ListView):  # type: ignore[type-arg]
    """A live page of a list."""
