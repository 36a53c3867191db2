"""The nodes of ``{% live %}``, ``{% nolive %}`` and ``{% presence %}``."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from django.db.models import Model
from django.template.base import FilterExpression, Node, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.template.defaulttags import ForNode
from django.template.exceptions import TemplateSyntaxError
from django.template.library import InclusionNode
from django.template.loader_tags import BlockNode, IncludeNode
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from onair.authorization import grants
from onair.live.markup import Kind
from onair.live.templating.context import RTContext
from onair.live.templating.page import Options, Page
from onair.live.templating.people import people_on
from onair.live.templating.proxies import unwrapped
from onair.model_channels import PRESENCE, channel_of

logger = logging.getLogger("onair.live")

_HOW = "{% live [QUERYSET as NAME] [" + " ".join(f"{one.name}=…" for one in fields(Options)) + "] %}"

#: What a tag writes short, and the option that it is.
SHORT = {"on": "topics"}


class RegionNode(Node):
    """A region of a page: its content follows the database."""

    def __init__(
        self, name: str, place: str, nodelist: NodeList, options: Mapping[str, FilterExpression]
    ) -> None:
        self.name = name
        self.place = place
        self.nodelist = nodelist
        self.options = options

    def render(self, context: Context) -> SafeString:
        page = context.page if isinstance(context, RTContext) else None
        if page is None:
            _warn_of_no_page(context)
            return self.nodelist.render(context)
        assert isinstance(context, RTContext)
        options = self._options(context)
        surroundings = context.surroundings
        return SafeString(
            page.render_region(
                page.region_id(self.name),
                options,
                lambda: self.nodelist.render(context),
                has_surroundings=surroundings is None or surroundings.have_changed(context),
                place=self.place,
                may_hold_others=self._may_hold_others,
            )
        )

    @cached_property
    def _may_hold_others(self) -> bool:
        return any(self.nodelist.get_nodes_by_type(holder) for holder in _HOLDERS)

    def _options(self, context: Context) -> Options:
        given = {name: value.resolve(context) for name, value in self.options.items()}
        return Options(**{name: _READ[name](value) for name, value in given.items()})


class NoLiveNode(Node):
    """A part of a region that stays as it was when the page was loaded."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        page = context.page if isinstance(context, RTContext) else None
        if page is None or page.region is None:
            return self.nodelist.render(context)
        text = ""
        if not page.is_again:
            with page.unrecorded():
                text = self.nodelist.render(context)
        return SafeString(f"{page.marks.open(Kind.STAY)}{page.secret(text)}{page.end_mark}")


class PresenceNode(Node):
    """A region that shows who has the same object's page open, and puts this page among them."""

    def __init__(
        self,
        name: str,
        place: str,
        nodelist: NodeList,
        instance: FilterExpression,
        variable: str,
        include_self: FilterExpression | None,
    ) -> None:
        self.name = name
        self.place = place
        self.nodelist = nodelist
        self.instance = instance
        self.variable = variable
        self.include_self = include_self

    def render(self, context: Context) -> SafeString:
        instance = unwrapped(self.instance.resolve(context))
        if not isinstance(instance, Model) or instance.pk is None:
            raise TemplateSyntaxError(
                f"{{% presence %}} takes an object that has been saved, not {instance!r}."
            )
        channel = channel_of(instance, PRESENCE)
        if isinstance(context, RTContext) and context.page is not None:
            self._join(context, context.page, channel)
        people = NodeList([_People(self.nodelist, channel, self.variable)])
        return RegionNode(self.name, self.place, people, {}).render(context)

    def _join(self, context: Context, page: Page, channel: str) -> None:
        with page.watch.ignoring():
            grant = grants.grant(channel, getattr(page.request, "user", None))
        includes_self = self.include_self is not None and bool(self.include_self.resolve(context))
        page.presence[channel] = {"channel": channel, "grant": grant, "include_self": includes_self}


class _People(Node):
    """The content of a presence region, with its people."""

    def __init__(self, nodelist: NodeList, channel: str, variable: str) -> None:
        self.nodelist = nodelist
        self.channel = channel
        self.variable = variable

    def render(self, context: Context) -> SafeString:
        page = context.page if isinstance(context, RTContext) else None
        if page is not None and page.region is not None and self.channel in page.presence:
            # Where the page hides its own user.
            page.presence[self.channel]["region"] = page.region.id
        with context.push(**{self.variable: people_on(self.channel)}):
            return self.nodelist.render(context)


def live(parser: Parser, token: Token) -> RegionNode:
    """Compile ``{% live qs as x %}…{% empty %}…{% endlive %}`` or ``{% live %}…{% endlive %}``."""
    bits = token.split_contents()[1:]
    sequence, variable = None, ""
    if len(bits) >= 3 and bits[1] == "as":
        sequence, variable, bits = parser.compile_filter(bits[0]), bits[2], bits[3:]
    options = _compile_options(bits, parser)
    if sequence is None:
        nodelist = parser.parse(("endlive",))
        parser.delete_first_token()
        return RegionNode(*_names_of(parser, token), nodelist, options)
    items = parser.parse(("empty", "endlive"))
    nothing = None
    if parser.next_token().contents == "empty":
        nothing = parser.parse(("endlive",))
        parser.delete_first_token()
    loop = ForNode([variable], sequence, False, items, nothing)
    loop.token = token
    if parser.origin is not None:
        loop.origin = parser.origin
    return RegionNode(*_names_of(parser, token), NodeList([loop]), options)


def nolive(parser: Parser, token: Token) -> NoLiveNode:
    """Compile ``{% nolive %}…{% endnolive %}``."""
    nodelist = parser.parse(("endnolive",))
    parser.delete_first_token()
    return NoLiveNode(nodelist)


def presence(parser: Parser, token: Token) -> PresenceNode:
    """Compile ``{% presence article as people %}…{% endpresence %}``."""
    bits = token.split_contents()[1:]
    if len(bits) < 3 or bits[1] != "as":
        raise TemplateSyntaxError(
            "Write {% presence OBJECT as NAME [include_self=True] %}…{% endpresence %}."
        )
    instance = parser.compile_filter(bits[0])
    extra = token_kwargs(bits[3:], parser)
    nodelist = parser.parse(("endpresence",))
    parser.delete_first_token()
    return PresenceNode(*_names_of(parser, token), nodelist, instance, bits[2], extra.get("include_self"))


def _compile_options(bits: Sequence[str], parser: Parser) -> dict[str, FilterExpression]:
    rest = [f"{bit}=True" if bit == "pause" else bit for bit in bits]
    given = token_kwargs(rest, parser)
    if rest:
        raise TemplateSyntaxError(f"{{% live %}} does not know {' '.join(rest)!r}. Write {_HOW}.")
    options = {SHORT.get(name, name): value for name, value in given.items()}
    unknown = sorted(options.keys() - _READ.keys())
    if unknown:
        raise TemplateSyntaxError(f"{{% live %}} has no option {', '.join(unknown)}. Write {_HOW}.")
    return options


def _names_of(parser: Parser, token: Token) -> tuple[str, str]:
    """Return what names a tag in every process, by its template and its place there; and that for people."""
    template = getattr(parser.origin, "template_name", None) or ""
    line = getattr(token, "position", None) or (token.lineno,)
    name = hashlib.blake2b(f"{template}:{line[0]}".encode(), digest_size=4).hexdigest()
    return name, f"{template or 'a template without a name'}, line {token.lineno}"


def _topics(value: Any) -> tuple[str, ...]:
    return tuple(str(value).split()) if isinstance(value, str) else tuple(map(str, value or ()))


#: Nodes in which regions may be: their own, and those whose content another template gives.
_HOLDERS: tuple[type[Node], ...] = (RegionNode, PresenceNode, BlockNode, IncludeNode, InclusionNode)

#: How each option's value is read.
_READ: Mapping[str, Any] = {
    "audience": lambda value: str(value) if value not in (None, "") else None,
    "throttle": float,
    "every": float,
    "topics": _topics,
    "announce": str,
    "mode": str,
    "pause": bool,
}


def _warn_of_no_page(context: Context) -> None:
    logger.warning(
        "{%% live %%} in %s is on a page that is not live. Give its view the RTMixin, or @onair.live_view.",
        getattr(context.template, "name", None) or "a template",
    )
