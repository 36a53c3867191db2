"""Views whose pages have events, as a site would write them, and a browser without JavaScript or with it."""

from __future__ import annotations

import asyncio
from typing import Any

from django import forms
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template import engines
from django.test import Client
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.generic import FormView, TemplateView, View

from onair.live import RTResponse
from onair.live.events.declaring import Handler, event, handlers_of
from onair.live.events.mixin import EventsMixin
from onair.live.tokens import page_token

#: What handlers were told, as the tests read it.
told: list[Any] = []


class Page(EventsMixin, TemplateView):
    """A page that tells its own token, as the script of a live page finds it."""

    text = "{{ form }}"

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        answer = HttpResponse(engines["django"].from_string(self.text).render(context, self.request))
        answer["X-Token"] = page_token(self.request, self)
        return answer


class Sample(Page):
    """The sample of the document."""

    text = '<input id="myinput"><button id="mybutton">Click</button><div id="result"></div>'

    @Page.event("click", "#mybutton")
    def mybutton_click(self, request: HttpRequest, gathered: str = "#myinput") -> RTResponse:
        return RTResponse("#result", "Result: " + gathered)


class Other(Page):
    """Another view, with a handler of the same name at the same place."""

    @event("click", "#mybutton")
    def mybutton_click(self, request: HttpRequest, gathered: str = "#myinput") -> None:
        told.append("other")


class Kinds(Page):
    @event("click", "#kinds", max_length=10, max_file_size=5)
    def kinds(
        self,
        request: HttpRequest,
        one: Any = "#one",
        many: Any = [".many"],  # noqa: B006 (as a developer writes it)
        named: Any = {"first": "#a", "second": "#b"},  # noqa: B006
        plain: int = 7,
        nothing: str = "",
        **rest: Any,
    ) -> None:
        assert rest == {}
        gathered = {"one": one, "many": many, "named": named, "plain": plain, "nothing": nothing}
        told.append(_with_files_read(gathered))


def _with_files_read(value: Any) -> Any:
    """Return the value with the name and content of each file: the files are closed after the request."""
    match value:
        case UploadedFile():
            return value.name, value.read()
        case list():
            return [_with_files_read(item) for item in value]
        case dict():
            return {key: _with_files_read(item) for key, item in value.items()}
    return value


RETURNS: dict[str, Any] = {
    "none": lambda: None,
    "one": lambda: RTResponse("#a", "<b>"),
    "several": lambda: [RTResponse("#a", format_html("<i>{}</i>", "<")), RTResponse.remove("#b")],
    "tuple": lambda: (RTResponse.reset("#a"),),
    "other": lambda: JsonResponse({"mine": True}, status=201),
    "redirect": lambda: HttpResponseRedirect("/elsewhere/"),
    "sent away": lambda: RTResponse.toast("Saved", "success").redirect("/elsewhere/"),
    "text": lambda: "text",
    "mixed": lambda: [RTResponse.remove("#a"), "text"],
}


class Returning(Page):
    @event("submit", "#say")
    def say(self, request: HttpRequest, what: str = "#what") -> Any:
        answer = RETURNS[what]()
        if isinstance(answer, HttpResponse):
            answer.set_cookie("seen", "1")
            answer["X-Own"] = "1"
        return answer


class MessageForm(forms.Form):
    text = forms.CharField(max_length=10)
    photo = forms.FileField(required=False)

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("text") == "spam":
            raise forms.ValidationError("No <spam>.")
        return self.cleaned_data


class Room(Page):
    """A page with one form."""

    @event("submit", "#say", form=MessageForm)
    def say(self, request: HttpRequest, form: MessageForm, mood: str = "#mood") -> RTResponse:
        told.append((form.cleaned_data["text"], mood, type(self) is Room, request is self.request))
        return RTResponse.reset("#say").toast("Said.", "success")

    def get_event_form_kwargs(self, handler: Handler) -> dict[str, Any]:
        return {"initial": {"text": f"for {handler.method}"}, "prefix": "m"}


class TwoForms(Page):
    text = "{{ say_form.text }}|{{ shout_form.text }}|{{ form }}"

    @event("submit", "#say", form=MessageForm)
    def say(self, request: HttpRequest, form: MessageForm) -> None:
        told.append(("say", form.cleaned_data["text"]))

    @event("submit", "#shout", form=MessageForm)
    def shout(self, request: HttpRequest, form: MessageForm) -> None:
        told.append(("shout", form.cleaned_data["text"]))


class OwnForm(EventsMixin, FormView):
    """A view that answers plain forms itself."""

    form_class = MessageForm
    success_url = "/thanks/"

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        return HttpResponse(
            type(context["form"]).__name__, headers={"X-Token": page_token(self.request, self)}
        )

    @event("submit", "#find")
    def find(self, request: HttpRequest, q: str = "#q") -> None:
        told.append(q)


class OwnPost(Page):
    @event("click", "#own")
    def own(self, request: HttpRequest) -> None:
        told.append("event")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse("own post")


class Guarded(LoginRequiredMixin, Sample):
    pass


class Refusing(Sample):
    def mybutton_click(self, request: HttpRequest, gathered: str = "#myinput") -> RTResponse:
        if gathered == "break":
            raise RuntimeError("the handler is broken")
        raise PermissionDenied


class Patched(Sample):
    def live_patches(self, regions: dict[str, str]) -> list[Any]:
        if "broken" in regions:
            raise RuntimeError("no patches today")
        return [{"r": name, "v": f"{version}+1"} for name, version in regions.items()]


class AsyncHandler(Page):
    @event("submit", "#say")
    async def say(self, request: HttpRequest, text: str = "#text") -> RTResponse:
        await asyncio.sleep(0)
        return RTResponse("#result", text)


class AsyncPage(EventsMixin, View):
    async def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("a page", headers={"X-Token": page_token(request, self)})

    @event("submit", "#say", form=MessageForm)
    async def say(self, request: HttpRequest, form: MessageForm) -> RTResponse:
        await asyncio.sleep(0)
        return RTResponse("#result", form.cleaned_data["text"])

    @event("click", "#sync")
    def sync(self, request: HttpRequest) -> RTResponse:
        return RTResponse("#result", "sync")


class AsyncOwnPost(AsyncPage):
    async def post(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("own post")


class Silent(Page):
    """A view without events."""


def _decorated(function: Any) -> Any:
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        told.append("decorated")
        return function(request, *args, **kwargs)

    return wrapper


class Decorated(Page):
    @event("click", "#mybutton")
    @method_decorator(_decorated)
    def click(self, request: HttpRequest, gathered: str = "#myinput") -> None:
        told.append(gathered)


VIEWS = {
    "async-own-post": AsyncOwnPost,
    "async-handler": AsyncHandler,
    "async-page": AsyncPage,
    "decorated": Decorated,
    "guarded": Guarded,
    "kinds": Kinds,
    "other": Other,
    "own-form": OwnForm,
    "own-post": OwnPost,
    "patched": Patched,
    "refusing": Refusing,
    "returning": Returning,
    "room": Room,
    "sample": Sample,
    "silent": Silent,
    "two-forms": TwoForms,
}

urlpatterns = [path(f"{name}/", view.as_view()) for name, view in VIEWS.items()]


class Browser(Client):
    """A browser with the page's script, as far as the site sees it."""

    def token(self, page: str) -> str:
        return str(self.get(f"/{page}/")["X-Token"])

    def emit(
        self, page: str, method: str | int, data: Any = None, *, token: str | None = None, **headers: str
    ) -> Any:
        """Let an event of a page happen: by its handler's method, or by a number."""
        if isinstance(method, str):
            names = [handler.method for handler in handlers_of(VIEWS[page])]
            method = names.index(method)
        sent = {"x-onair-event": str(method), "x-onair-token": self.token(page) if token is None else token}
        return self.post(f"/{page}/", data or {}, headers=sent | headers)
