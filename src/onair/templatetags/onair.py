"""The template tags of the browser client: ``{% load onair %}``."""

from __future__ import annotations

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from onair.authorization import grants
from onair.exceptions import ConfigurationError
from onair.views import markup
from onair.views.page import nonce_of, request_of

register = template.Library()


@register.simple_tag(takes_context=True)
def onair_script(context: Context) -> SafeString:
    """Load the browser client. Once on a page, in its head."""
    return markup.onair_script(nonce=nonce_of(context))


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
