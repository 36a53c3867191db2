"""The context of a live template: its instances are proxies, its querysets are read where they are used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.context import Context, RequestContext
from django.utils.safestring import SafeString

from onair.live.templating.proxies import RTModelProxy, is_live, wrap

if TYPE_CHECKING:
    from onair.live.templating.page import Page, Surroundings


#: What is nothing but a value.
_PLAIN: frozenset[type[Any]] = frozenset({str, SafeString, int, bool, float, dict, type(None)})


class RTContext(RequestContext):
    """A template context whose model instances are :class:`RTModelProxy` objects.

    Args:
        dict_: the variables.
        request: of the page.
        page: the live page that is rendered, None where only the reads count.
    """

    def __init__(
        self,
        dict_: dict[str, Any] | None = None,
        request: HttpRequest | None = None,
        *,
        page: Page | None = None,
        **options: Any,
    ) -> None:
        super().__init__(request if request is not None else HttpRequest(), dict_, **options)
        self.page = page
        self._has_request = request is not None
        #: Its variables before the template has begun, where it is the context of a page's template.
        self.surroundings: Surroundings | None = None
        #: How often a template asked for something of the database.
        self.live_reads = 0
        # A queryset keeps its rows. What each region goes through is to be its own reading.
        self._clones: dict[tuple[int, object], Any] = {}

    def __getitem__(self, key: Any) -> Any:
        # For each variable of each row: Django's own loop, without a second call.
        for layer in reversed(self.dicts):
            if key in layer:
                value = layer[key]
                kind: type[Any] = type(value)
                if kind is RTModelProxy:
                    self.live_reads += 1
                    return value
                return value if kind in _PLAIN else self._seen(value)
        raise KeyError(key)

    @contextmanager
    def bind_template(self, template: Any) -> Iterator[None]:
        """Render a template. Without a request, no context processor of its engine says anything."""
        bind = super().bind_template if self._has_request else partial(Context.bind_template, self)
        with bind(template):
            yield

    def row(self, key: str) -> Model | None:
        """Return the instance that a variable is, None where it is anything else."""
        for layer in reversed(self.dicts):
            if key in layer:
                value: Any = layer[key]
                return value._wrapped if type(value) is RTModelProxy else None
        return None

    def get(self, key: Any, otherwise: Any = None) -> Any:
        """Return a variable, as the template sees it."""
        return self._seen(super().get(key, otherwise))

    def _seen(self, value: Any) -> Any:
        if isinstance(value, QuerySet):
            self.live_reads += 1
            return self._clone(value)
        seen = wrap(value)
        if is_live(seen):
            self.live_reads += 1
        return seen

    def _clone(self, queryset: Any) -> Any:
        """Return a queryset's clone for the region that is rendered; one that has its rows is left alone."""
        if queryset._result_cache is not None:
            return queryset
        region = None if self.page is None else self.page.region
        place = (id(queryset), None if region is None else region.id)
        found = self._clones.get(place)
        if found is None:
            # The original is kept with it: its id names it only as long as it lives.
            found = self._clones[place] = (queryset.all(), queryset)
        return found[0]
