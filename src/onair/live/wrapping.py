"""What makes a view's page live: its GET is recorded, its HTML gets markers, its regions are remembered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from functools import cache, partial, wraps
from typing import Any, TypeVar

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.core.signals import setting_changed
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.response import StreamingHttpResponse
from django.template.response import SimpleTemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.cache import patch_cache_control, patch_vary_headers

from onair.live import capture, tokens
from onair.live.markup import Document, parse, unmarked, without_regions
from onair.live.reading import hooks as reading
from onair.live.rendering import process
from onair.live.rendering.log import Position, log
from onair.live.rendering.replay import Replay, in_transaction
from onair.live.rendering.result import PageRendering, RegionRendering
from onair.live.rendering.viewer import Address, Viewer
from onair.live.templating import nodes
from onair.live.templating.audience import Phase
from onair.live.templating.lists import Items
from onair.live.templating.page import WHOLE_PAGE, Page
from onair.live.templating.scripts import button_texts, data_script, insert, needs_page_script
from onair.live.templating.visitor import unlazy
from onair.views import markup as scripts

logger = logging.getLogger("onair.live")

#: The header by which a page asks for one of its regions itself.
REGION_HEADER = "X-OnAir-Region"

#: Seconds that a request may have been on its way when its view begins: middleware may have asked who it is
#: from.
BEFORE_THE_VIEW = 2.0

_View = TypeVar("_View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Making:
    """A page that is being made, and what it takes to finish it."""

    page: Page
    view: object
    address: Address
    viewer: Viewer
    position: Position
    before: Position
    render: Replay | None
    fragment: str | None
    is_all_seen: bool


def live_view(view: _View) -> _View:
    """Make the page of a view function live: its ``{% live %}`` regions follow the database.

    Put it nearest to the function, below decorators that decide who may see the page.
    """
    wrapped: _View = wrap(view, view)
    return wrapped


def wrap(view: Any, of: object, *, whole: bool = False) -> Any:
    """Return a view whose GETs are recorded.

    Args:
        view: what Django calls.
        of: what the page's token names: the view's class, or the function itself.
        whole: whether the page is live as a whole.
    """
    install()
    if iscoroutinefunction(view):

        @wraps(view)
        async def awrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            making = await sync_to_async(_begin)(request, of, awrapped, whole=whole)
            if making is None:
                return await view(request, *args, **kwargs)  # type: ignore[no-any-return]
            with _making(making):
                response = await view(request, *args, **kwargs)
            return await sync_to_async(_finish)(making, response)

        return awrapped

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        making = _begin(request, of, wrapped, whole=whole)
        if making is None:
            return view(request, *args, **kwargs)  # type: ignore[no-any-return]
        with _making(making):
            response = view(request, *args, **kwargs)
        return _finish(making, response)

    return wrapped


def install() -> None:
    """Make this process one that has live pages."""
    reading.install()
    nodes.install()
    process.listen()
    capture.begin()


def _begin(request: HttpRequest, view: object, called: object, *, whole: bool) -> Making | None:
    """Begin to record, where it is a page that is asked for."""
    if request.method != "GET" or getattr(request, "onair_page", None) is not None:
        return None
    render: Replay | None = getattr(request, "onair_render", None) or None
    fragment = request.headers.get(REGION_HEADER)
    wanted = render.wanted if render is not None else frozenset({fragment}) if fragment else None
    # Before the page's first query: what is committed from now on may be missing in it.
    before = log.position(BEFORE_THE_VIEW)
    # A transaction that is open sees what there was when it began.
    position = before if in_transaction() else log.position()
    viewer = Viewer.of(request, tokens.user_of(request), tokens.session_of(request))
    last = None if render is None else render.last
    page = Page(request, browser=viewer.alone().browser, wanted=wanted, whole=whole, last=last)
    if not isinstance(view, type):
        # A function decides and shows in one: what it reads of its visitor may be in what it shows.
        page.watch.phase = Phase.CONTENT
    request.onair_page = page  # type: ignore[attr-defined]
    if viewer.user:
        # It may have been asked for before the view, where nobody records.
        with page.watch.ignoring():
            page.watch.recorder.instance(unlazy(request.user), None)
    is_all_seen = not _is_asked_before(request, called)
    return Making(page, view, Address.of(request), viewer, position, before, render, fragment, is_all_seen)


def _is_asked_before(request: HttpRequest, view: object) -> bool:
    """Whether code that nobody sees may have decided who may see the page: a decorator, or middleware."""
    match = request.resolver_match
    return match is None or match.func is not view or not _has_djangos_middleware_alone()


@cache
def _has_djangos_middleware_alone() -> bool:
    return all(path.startswith(("django.", "onair.")) for path in settings.MIDDLEWARE)


def _forget(setting: str, **kwargs: object) -> None:
    if setting == "MIDDLEWARE":
        _has_djangos_middleware_alone.cache_clear()


setting_changed.connect(_forget, dispatch_uid="onair.live.wrapping")


@contextmanager
def _making(making: Making) -> Iterator[None]:
    try:
        with making.page.making():
            yield
    except BaseException:
        making.page.end()
        raise


def _finish(making: Making, response: HttpResponseBase) -> HttpResponseBase:
    """Finish the page, now or when its template has been rendered."""
    if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
        # A cache of whole pages looks at that before there is a page.
        patch_cache_control(response, private=True)
        render = partial(_render, making, response, response.render)
        response.render = render  # type: ignore[method-assign,assignment]
        return response
    try:
        return _finished(making, response)
    finally:
        making.page.end()


def _render(making: Making, response: SimpleTemplateResponse, render: Callable[[], Any]) -> HttpResponseBase:
    """Render a template response as a part of its page."""
    del response.render
    # They are to get the page, and not what it is made of.
    callbacks, response._post_render_callbacks = response._post_render_callbacks, []  # type: ignore[attr-defined] # the stubs leave it out
    try:
        with making.page.making():
            rendered = render()
        finished = _finished(making, rendered)
    finally:
        making.page.end()
    for callback in callbacks:
        replaced = callback(finished)
        finished = finished if replaced is None else replaced
    return finished


def _finished(making: Making, response: HttpResponseBase) -> HttpResponseBase:
    page = making.page
    if not _is_html(response):
        return _without_marks(page, response)
    assert isinstance(response, HttpResponse)
    document = parse(response.content.decode(response.charset), page.nonce)
    if response.status_code != 200:
        response.content = document.html
        return response
    # No cache of the site may keep what is one visitor's, or some of the regions alone.
    patch_cache_control(response, private=True)
    rendering = _rendering(making, document)
    if making.render is not None:
        making.render.result = rendering
        return response
    if making.fragment is not None:
        return _fragment(rendering, making.fragment)
    page.end()
    response.content = _with_script(making, document, rendering, response)
    patch_vary_headers(response, ("Cookie",))
    process.remember(rendering)
    return response


def _without_marks(page: Page, response: HttpResponseBase) -> HttpResponseBase:
    """Return what is no page as it would be without one: its code may have rendered a template for it."""
    if isinstance(response, HttpResponse) and page.nonce.encode() in response.content:
        response.content = unmarked(response.content.decode(response.charset), page.nonce)
    return response


def _is_html(response: HttpResponseBase) -> bool:
    return not isinstance(response, StreamingHttpResponse) and response.get("Content-Type", "").startswith(
        ("text/html", "application/xhtml+xml")
    )


def _rendering(making: Making, document: Document) -> PageRendering:
    page, regions = making.page, {}
    for region in page.regions.values():
        tree = document.root if region.id == WHOLE_PAGE else document.regions.get(region.id)
        if tree is None:
            _warn_of_lost(making.address, document)
            continue
        reads = page.reads_of(region)
        channel = making.address.channel(region.id, reads.audience.key)
        if len(page.regions) > 1:  # an inner one may be of another audience
            tree = without_regions(tree)
        regions[region.id] = RegionRendering(region.id, channel, tree, reads, Items(page.nonce, region.items))
    return PageRendering(
        making.address,
        # Who has a session is told from others by that.
        making.viewer.alone() if page.watch.is_of_browser and not making.viewer.session else making.viewer,
        making.position,
        page.access(),
        making.before,
        regions,
        document,
        page.presence,
        making.is_all_seen,
    )


def _warn_of_lost(address: Address, document: Document) -> None:
    for lost in document.lost:
        logger.warning("%s: a live region is not followed: %s", address, lost)


def _fragment(rendering: PageRendering, region_id: str) -> HttpResponse:
    """Answer a page that asks for one of its regions itself."""
    region = rendering.regions.get(region_id)
    if region is None:
        content: dict[str, Any] = {"r": region_id, "gone": True}
    else:
        content = {"r": region_id, "v": region.tree.digest, "html": region.tree.html}
        process.remember(rendering)
    return JsonResponse(content, headers={"Cache-Control": "private, no-store", "Vary": "Cookie"})


def _with_script(making: Making, document: Document, rendering: PageRendering, response: HttpResponse) -> str:
    """Return the page with what its script is told, where the page follows or handles anything."""
    request = making.page.request
    events = _events_of(request)
    if not (rendering.regions or events or rendering.presence):
        return document.html
    url = _exchange_url()
    data: dict[str, Any] = {
        "token": tokens.page_token(request, making.view, at=astuple(rendering.address)),
        "url": url,
        "regions": {region.id: _told_of(region) for region in rendering.regions.values()},
        **events,
    }
    if rendering.presence:
        data["presence"] = list(rendering.presence.values())
    if any(region.options.mode or region.options.pause for region in rendering.regions.values()):
        data["texts"] = button_texts()
    nonce = getattr(request, "csp_nonce", None)
    page_script = scripts.page_script(nonce=nonce) if needs_page_script(data) else ""
    return insert(document.html, data_script(data), scripts.onair_script(nonce=nonce), page_script)


def _told_of(region: RegionRendering) -> dict[str, Any]:
    options = region.options
    told: dict[str, Any] = {"v": region.tree.digest}
    if options.announce:
        told["announce"] = options.announce
    if options.mode:
        told["mode"] = options.mode
    if options.pause:
        told["pause"] = True
    return told


def _events_of(request: HttpRequest) -> Mapping[str, Any]:
    view = getattr(request, "onair_view", None)
    return {} if view is None else view.get_live_events(request)


def _exchange_url() -> str | None:
    try:
        return reverse("onair:live")
    except NoReverseMatch:
        return None
