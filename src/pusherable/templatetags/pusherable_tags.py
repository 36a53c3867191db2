"""The template tags of django-pusherable: ``{% load pusherable_tags %}``.

``pusherable_script`` and ``pusherable_subscribe`` are plain functions too, for code that calls them.
"""

from __future__ import annotations

from django import template
from django.db.models import Model
from django.template.context import Context
from django.utils.safestring import SafeString

from onair.views.markup import pusherable_script, pusherable_subscribe
from onair.views.page import nonce_of, request_of

__all__ = ["pusherable_script", "pusherable_subscribe", "register"]

register = template.Library()


@register.simple_tag(name="pusherable_script", takes_context=True)
def script_tag(context: Context, encryption: bool = False) -> SafeString:
    """Load pusher-js. Once on a page, before the first ``pusherable_subscribe``.

    ``{% pusherable_script encryption=True %}`` is for pages with encrypted channels.
    """
    return pusherable_script(encryption=encryption, nonce=nonce_of(context))


@register.simple_tag(name="pusherable_subscribe", takes_context=True)
def subscribe_tag(
    context: Context, event: str, instance: Model | str | None, private: bool | None = None
) -> SafeString:
    """Listen to one event of an object: ``{% pusherable_subscribe 'update' object %}``.

    The page's ``pusherable_notify(event, data)`` is called, and the document gets ``pusherable:update``.
    """
    return pusherable_subscribe(
        event,
        instance,
        private=private,
        view=context.get("view"),
        request=request_of(context),
        nonce=nonce_of(context),
    )
