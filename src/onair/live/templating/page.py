"""One rendering of a live page: its regions, what each of them has read, and of whom."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.template.context import RequestContext
from django.template.defaulttags import ForNode
from django.utils import timezone, translation

from onair.exceptions import ConfigurationError
from onair.live.markup import Kind, Marks
from onair.live.matching.reads import ReadSet
from onair.live.reading.recorder import Recorder, recording
from onair.live.templating.additions import watch_additions
from onair.live.templating.audience import Audience, Phase, Touch, Watch, audience_of
from onair.live.templating.lists import Item, Last, Place
from onair.live.templating.visitor import visitor_of, watch_visitor

#: The region of a page that is live as a whole.
WHOLE_PAGE = "page"

#: Regions that one page may have.
MAX_REGIONS = 64

_page: ContextVar[Page | None] = ContextVar("onair.live.page", default=None)


@dataclass(frozen=True, slots=True)
class Options:
    """What a region's tag says of it.

    Args:
        audience: who shares it, None where what it reads decides.
        throttle: seconds between two renderings, at least.
        every: seconds after which it is rendered again without a change, None for never.
        topics: what it follows beside the database.
        announce: what a screen reader is told of new items: ``"{n} new messages"``.
        mode: ``"pill"`` holds new items back until the visitor asks for them.
        pause: whether the visitor can stop its updates.
    """

    audience: str | None = None
    throttle: float = 0.0
    every: float | None = None
    topics: tuple[str, ...] = ()
    announce: str | None = None
    mode: str | None = None
    pause: bool = False


@dataclass(slots=True)
class Region:
    """A region of a page that is being rendered."""

    id: str
    options: Options
    place: str
    recorder: Recorder = field(default_factory=Recorder)
    touches: dict[Touch, None] = field(default_factory=dict)
    #: The items of its lists, for its next rendering; how often each loop has run; how deep in items it is.
    items: dict[Place, dict[Any, Item]] = field(default_factory=dict)
    runs: Counter[ForNode] = field(default_factory=Counter)
    depth: int = 0
    #: Whether what the template read around it may show in it.
    has_surroundings: bool = False
    #: The region that it is in.
    outer: Region | None = None
    #: Whether it was asked for, or is rendered for the sake of one that is in it.
    is_wanted: bool = True

    def around(self) -> Iterator[Region]:
        """Yield the regions that it is in, the innermost first."""
        region = self.outer
        while region is not None:
            yield region
            region = region.outer


@dataclass(frozen=True, slots=True)
class Reads:
    """What a region depends on: the database's part of it, and the visitors'.

    Args:
        place: where its tag is, for people; empty for the page as a whole.
    """

    read_set: ReadSet
    audience: Audience
    options: Options
    place: str = ""


class Page:
    """A live page while it is made.

    Args:
        request: for which it is made. Until :meth:`end` its visitor is watched.
        browser: what tells the visitor's browser from others, where it has no session.
        wanted: the regions to render, None for all.
        whole: whether the page is live as a whole.
        last: how its regions were rendered last, by their ids.
    """

    def __init__(
        self,
        request: HttpRequest,
        *,
        browser: str = "",
        wanted: frozenset[str] | None = None,
        whole: bool = False,
        last: Mapping[str, Last] | None = None,
    ) -> None:
        self.request = request
        self.wanted = wanted
        self._wanted_tags = None if wanted is None else frozenset(map(_tag_of, wanted))
        self.is_whole = whole
        self.last = last or {}
        #: Who shares all of the page, where its view declares it.
        self.audience: str | None = None
        self.nonce = secrets.token_hex(4)
        self.marks = Marks(self.nonce)
        self.value_mark, self.list_mark, self.block_mark = map(
            self.marks.open, (Kind.VALUE, Kind.LIST, Kind.BLOCK)
        )
        self.end_mark = self.marks.close()
        self.watch = Watch()
        self.visitor = visitor_of(request, browser)
        self.regions: dict[str, Region] = {}
        #: The presence channels that the page joins, by name, as its script is told of them.
        self.presence: dict[str, dict[str, Any]] = {}
        #: Whether a template of the page is being rendered.
        self.is_rendering = False
        #: Whether the view makes what its template shows. A template that it renders there is a part of that.
        self.is_making_content = False
        self._view = Recorder()
        self._outside = Recorder()
        self._outside_touches: dict[Touch, None] = {}
        #: The regions that are being rendered, the innermost one last.
        self.inside: list[Region] = []
        self._numbers: dict[str, int] = {}
        self._unwatch = watch_visitor(request, self.watch), watch_additions(request, self.watch)

    @property
    def region(self) -> Region | None:
        """The region that is being rendered, the innermost one."""
        return self.inside[-1] if self.inside else None

    @contextmanager
    def making(self) -> Iterator[None]:
        """Record what the view reads, or the rendering of its response."""
        token = _page.set(self)
        try:
            with recording(self._view):
                yield
        finally:
            _page.reset(token)

    @contextmanager
    def content(self) -> Iterator[None]:
        """The view makes what the page shows; before, it has decided who may see it."""
        before, self.watch.phase = self.watch.phase, Phase.CONTENT
        was, self.is_making_content = self.is_making_content, True
        try:
            with self.watch.declared(self.audience):
                yield
        finally:
            self.watch.phase, self.is_making_content = before, was

    @contextmanager
    def template(self) -> Iterator[None]:
        """The page's template is rendered: what it reads outside of regions is no region's business.

        A view may render several, and only the last of them is the page.
        """
        self._view.merge(self._outside)
        self.watch.touch_all(self._outside_touches)
        self._outside, self._outside_touches = Recorder(), {}
        self.watch.phase = Phase.CONTENT
        with recording(self._outside), self.watch.region(None) as touches:
            try:
                yield
            finally:
                self._outside_touches.update(touches)

    def render_region(
        self,
        region_id: str,
        options: Options,
        render: Callable[[], str],
        *,
        has_surroundings: bool,
        place: str = "",
        may_hold_others: bool = False,
    ) -> str:
        """Render a region, and return it with its marks; nothing where it is not wanted.

        Args:
            has_surroundings: whether variables of the template around it reach into it.
            place: where its tag is, for people.
            may_hold_others: whether there may be regions in it: one of them may be wanted.
        """
        is_wanted = self._is_wanted(region_id)
        if not is_wanted and not (may_hold_others and self._is_incomplete):
            return ""
        if len(self.regions) >= MAX_REGIONS:
            raise ConfigurationError(
                f"{self.request.path} has more than {MAX_REGIONS} live regions: put {{% live %}} around the "
                "list, not into each of its items."
            )
        before = self.regions.get(region_id)
        region = Region(
            region_id,
            options,
            place,
            has_surroundings=has_surroundings,
            outer=self.region,
            is_wanted=is_wanted,
        )
        if is_wanted:
            self.regions[region_id] = region
        if before is not None:  # a template of the whole page, which another one shows
            region.recorder.merge(before.recorder)
            region.touches.update(before.touches)
        for topic in options.topics:
            region.recorder.topic(topic)
        self.inside.append(region)
        declared = options.audience or self.audience
        try:
            with recording(region.recorder), self.watch.region(declared) as touches:
                text = render()
        finally:
            self.inside.pop()
        region.touches.update(touches)
        if region_id == WHOLE_PAGE or not is_wanted:
            return text
        return f"{self.marks.open(Kind.REGION, region_id)}{text}{self.marks.close()}"

    def _is_wanted(self, region_id: str) -> bool:
        """Whether a region is to be rendered: it, or one that it is in, was asked for."""
        inside = self.region
        # All runs of its tag: {% cycle %} and {% ifchanged %} go from one to the next.
        wanted = self._wanted_tags is None or _tag_of(region_id) in self._wanted_tags
        return wanted or (inside is not None and inside.is_wanted)

    @property
    def _is_incomplete(self) -> bool:
        """Whether a region was asked for that has not been rendered yet."""
        return self.wanted is not None and not self.wanted <= self.regions.keys()

    @property
    def is_again(self) -> bool:
        """Whether the page is rendered again, for the sake of some regions."""
        return self.wanted is not None

    def secret(self, text: str, placeholder: str = "") -> str:
        """Return a text that the page shows and no region keeps, with its marks."""
        return f"{self.marks.open(Kind.SECRET, placeholder)}{text}{self.marks.close()}"

    @contextmanager
    def unrecorded(self) -> Iterator[None]:
        """Record nothing inside: what is rendered there does not follow anything."""
        with recording(None), self.watch.ignoring():
            yield

    def region_id(self, node: str) -> str:
        """Return the id of the region that a tag makes now: the tag's own, and a number for more."""
        number = self._numbers[node] = self._numbers.get(node, 0) + 1
        return node if number == 1 else f"{node}.{number}"

    def reads_of(self, region: Region) -> Reads:
        """Return what a rendered region depends on.

        Raises:
            AudienceError: it has a declared audience, and was made of what one visitor alone has.
        """
        region.recorder.include(self._view.read_set())
        touches = dict.fromkeys([*self.watch.touches, *region.touches])
        if region.has_surroundings:
            region.recorder.include(self._outside.read_set())
            touches |= self._outside_touches
            for outer in region.around():
                region.recorder.include(outer.recorder.read_set())
                touches |= outer.touches
        declared = region.options.audience or self.audience
        audience = audience_of(_counted(touches, declared), self.visitor, declared)
        return Reads(
            region.recorder.read_set(),
            Audience(_placed(audience.key), audience.why),
            region.options,
            region.place,
        )

    def access(self) -> ReadSet:
        """Return what decided that this visitor may see the page, as far as its code asked.

        What the view has read is not the visitor's alone: it is looked at with the next rendering, as one of
        those who share it. With a declared audience others may be shown what this one may see no more.
        """
        access = Recorder()
        if self.audience or any(region.options.audience for region in self.regions.values()):
            access.include(self._view.read_set())
        access.include(self.watch.recorder.read_set())
        return access.read_set()

    def end(self) -> None:
        """Let the request be as it was."""
        for unwatch in self._unwatch:
            unwatch()


def _tag_of(region_id: str) -> str:
    """Return the tag that a region is of: one in a loop makes several."""
    return region_id.partition(".")[0]


def _counted(touches: Iterable[Touch], declared: str | None) -> Iterable[Touch]:
    """Return what of it counts: who may see a page with a declared audience is asked, and is not shown."""
    return (touch for touch in touches if declared is None or touch.phase is Phase.CONTENT)


def _placed(audience: str) -> str:
    """Return an audience with the language and the time zone: two more answers that a page depends on."""
    return f"{audience}|{translation.get_language()}|{timezone.get_current_timezone_name()}"


def current() -> Page | None:
    """Return the live page that this code is making, None elsewhere."""
    return _page.get()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The variables of a page's context before its template has begun."""

    depth: int
    processors: int
    values: tuple[dict[str, int], ...]

    @classmethod
    def of(cls, context: RequestContext) -> Surroundings:
        """Remember them."""
        layers = tuple({key: id(value) for key, value in layer.items()} for layer in context.dicts)
        return cls(len(context.dicts), vars(context)["_processors_index"], layers)

    def have_changed(self, context: RequestContext) -> bool:
        """Whether a tag of the template has put variables there since."""
        for depth, layer in enumerate(context.dicts):
            if depth >= self.depth:
                if not layer.keys() <= {"block", "forloop"}:
                    return True
            elif (
                depth != self.processors
                and {key: id(value) for key, value in layer.items()} != self.values[depth]
            ):
                return True
        return False
