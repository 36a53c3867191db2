"""The template tags of the browser client: ``{% load onair %}``."""

from __future__ import annotations

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from onair.authorization import grants
from onair.exceptions import ConfigurationError
from onair.live.templating import tags
from onair.views import markup
from onair.views.page import nonce_of, request_of

register = template.Library()

register.tag("live", tags.live)
register.tag("nolive", tags.nolive)
register.tag("presence", tags.presence)


@register.simple_tag(takes_context=True)
def onair_script(context: Context) -> SafeString:
    """Load the browser client. Once on a page, in its head."""
    return _unkept(context, markup.onair_script(nonce=nonce_of(context)))


@register.simple_tag(takes_context=True)
def onair_grant(context: Context, channel: str) -> str:
    """Write what lets the page's reader join a private or presence channel, for a ``data-`` attribute.

    The page's own code hands it over: ``onair.subscribe(name, {grant: element.dataset.grant})``.

    Raises:
        ConfigurationError: the template is rendered without a request, so that it has no reader.
    """
    request = request_of(context)
    if request is None:
        raise ConfigurationError(
            f"{{% onair_grant %}} does not know who reads about {channel!r}: render the template with the "
            "request, as render(request, …) does."
        )
    return grants.grant(channel, getattr(request, "user", None))


@register.simple_tag(takes_context=True)
def onair_toasts(context: Context) -> SafeString:
    """Give the page a place for short messages: of its events, and of ``onair.toast()`` for its user."""
    user = getattr(request_of(context), "user", None)
    audience = "user" if user is not None and user.is_authenticated else "page"
    script = _unkept(context, markup.page_script(nonce=nonce_of(context)))
    return format_html('<div data-onair-toasts="{}" role="status"></div>{}', audience, script)


def _unkept(context: Context, script: SafeString) -> SafeString:
    """Return a script of a page: what a region keeps has no nonce in it."""
    page = getattr(context, "page", None)
    return script if page is None else SafeString(page.secret(script))
