"""The pages of the inspector: live pages like any other, of which only who may see them gets a word."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from onair import publish
from onair.inspector import path, showing, site
from onair.inspector.access import may_inspect, refuse
from onair.inspector.collector import TOPIC
from onair.inspector.forms import SendForm
from onair.live import RTMixin, RTResponse
from onair.protocol.names import kind_of


class Shown(NamedTuple):
    """One event with what it carries: None where that is not here, or not any more."""

    row: path.EventRow | None
    data: str | None
    is_encrypted: bool = False


class _Inspecting(RTMixin, TemplateView):
    """A page of the inspector. Every request is asked anew whether it may see it: an event's too."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_inspect(request):
            return refuse(request)
        return super().dispatch(request, *args, **kwargs)


class Inspector(_Inspecting):
    """What goes on in the site."""

    template_name = "onair/inspector/page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the template shows of the site."""
        shown = {"topic": TOPIC, "page": showing.Page(site.look())}
        return super().get_context_data(**kwargs) | shown

    @RTMixin.event("submit", "#send", form=SendForm)
    def send(self, request: HttpRequest, form: SendForm) -> RTResponse:
        """Publish an event, as the site's own code would."""
        values = form.cleaned_data
        publish(values["channels"], values["name"], values["payload"])
        return RTResponse.toast(_("The event is published."), "success")

    @RTMixin.event("submit", ".payload-form")
    def show_payload(self, request: HttpRequest, event: str = "this [name=event]") -> RTResponse:
        """Show what one event carries, in the panel of the page."""
        html = render_to_string("onair/inspector/payload.html", {"event": _found(event)}, request=request)
        return RTResponse("#payload", html).focus("#payload")


class EventPage(_Inspecting):
    """One event: its path, and what it carries."""

    template_name = "onair/inspector/event.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the event."""
        shown = {"topic": TOPIC, "event": _found(self.request.GET.get("event", ""))}
        return super().get_context_data(**kwargs) | shown


def _found(event_id: str) -> Shown:
    found = showing.find(site.look(), event_id)
    if found is None:
        return Shown(None, None)
    is_encrypted = any(kind_of(channel).encrypted for channel in found.channels)
    return Shown(path.event_row(found), _readable(site.find_data(found.ids)), is_encrypted)


def _readable(data: str | None) -> str | None:
    """Return JSON with a line for each value, and anything else as it is."""
    if data is None:
        return None
    with suppress(ValueError, RecursionError):
        data = json.dumps(json.loads(data), indent=2, ensure_ascii=False)
    return data.encode(errors="backslashreplace").decode()  # JSON may have halves of characters


inspector = Inspector.as_view()
event = EventPage.as_view()
