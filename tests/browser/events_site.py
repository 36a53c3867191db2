#!/usr/bin/env python
"""A site of pages whose events come back to their views, under a policy that allows nothing inline."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden

settings.configure(
    BASE_DIR=Path(__file__).resolve().parent,
    SECRET_KEY="a secret that only the browsers' tests know",
    ALLOWED_HOSTS=["127.0.0.1"],
    DEBUG=True,
    ROOT_URLCONF=__name__,
    STATIC_URL="static/",
    USE_TZ=True,
    CSRF_COOKIE_HTTPONLY=True,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.staticfiles",
        "onair",
    ],
    MIDDLEWARE=[
        f"{__name__}.nothing_inline",
        "django.middleware.csrf.CsrfViewMiddleware",
        f"{__name__}.BelieveTheCookie",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [("django.template.loaders.locmem.Loader", {})],
                "builtins": ["onair.templatetags.onair"],
            },
        }
    ],
)
django.setup()

from django.contrib.auth.middleware import AuthenticationMiddleware  # noqa: E402
from django.contrib.auth.models import AnonymousUser, User  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.utils.html import format_html  # noqa: E402

import onair  # noqa: E402
from onair.live import RTResponse, RTView  # noqa: E402

PAGE = """<!doctype html>
<html lang="en"><head><title>A page</title><link rel="icon" href="data:,">{% onair_script %}</head>
<body>BODY<output id="told"></output>{% onair_toasts %}</body></html>"""

#: What a handler waits for, until a test lets it go on.
may_go_on = threading.Event()

PATIENCE = 20.0

GetResponse = Callable[[HttpRequest], HttpResponse]


def nothing_inline(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        policy = "default-src 'self'; img-src data:; require-trusted-types-for 'script'; trusted-types onair"
        response["Content-Security-Policy"] = policy
        return response

    return middleware


class BelieveTheCookie(AuthenticationMiddleware):
    """The visitor is who the cookie ``name`` says, so that there is no need of a database."""

    def process_request(self, request: HttpRequest) -> None:
        name = request.COOKIES.get("name")
        request.user = User(pk=ord(name[0]), username=name) if name else AnonymousUser()


class Page(RTView):
    body = ""

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        template = engines["django"].from_string(PAGE.replace("BODY", self.body))
        return HttpResponse(template.render(context, self.request))


def shown(value: Any) -> Any:
    """Return what a handler was told, as JSON has it."""
    match value:
        case UploadedFile():
            return {"name": value.name, "content": value.read().decode()}
        case list():
            return [shown(item) for item in value]
        case dict():
            return {key: shown(item) for key, item in value.items()}
    return value


def telling(**told: Any) -> RTResponse:
    return RTResponse("#told", json.dumps(shown(told), sort_keys=True))


class Sample(Page):
    body = (
        '<input type="text" id="myinput"><button id="mybutton"><b>Click</b></button><div id="result"></div>'
    )

    @Page.event("click", "#mybutton")
    def mybutton_click(self, request: HttpRequest, gathered: str = "#myinput") -> RTResponse:
        return RTResponse("#result", "Result: " + gathered)


class Gathering(Page):
    body = """
      <input id="text" value="typed"><textarea id="area">two
lines</textarea><input type="hidden" id="hidden" value="h">
      <input type="checkbox" id="on" checked><input type="checkbox" id="off">
      <input type="radio" name="r" value="1"><input type="radio" name="r" value="2" checked>
      <input type="radio" name="none" value="1">
      <select id="one"><option value="a">A<option value="b" selected>B</select>
      <select id="many" multiple><option selected>x<option>y<option selected>z</select>
      <select id="few" multiple><option>x</select>
      <input name="tag[]" value="t1"><input name="tag[]" value="t2">
      <p id="paragraph"> some <i>text</i> </p><p id="valued" data-value="7">seven</p>
      <ul><li class="row">one<li class="row" value="9">two</ul>
      <input type="checkbox" class="box" value="b1" checked><input type="checkbox" class="box" value="b2">
      <input type="file" id="file"><input type="file" id="files" multiple>
      <div class="item" data-value="i1"><input class="name" value="n1"><button class="go">1</button></div>
      <div class="item" data-value="i2"><input class="name" value="n2"><button class="go" value="v">2</button>
      </div>
    """

    @Page.event("click", "#told")
    def kinds(
        self,
        request: HttpRequest,
        text: Any = "#text",
        area: Any = "#area",
        hidden: Any = "#hidden",
        on: Any = "#on",
        off: Any = "#off",
        radio: Any = "[name=r]",
        no_radio: Any = "[name=none]",
        one: Any = "#one",
        many: Any = "#many",
        few: Any = "#few",
        tags: Any = "[name='tag[]']",
        paragraph: Any = "#paragraph",
        valued: Any = "#valued",
        rows: Any = (".row",),
        boxes: Any = (".box",),
        named: Any = {"text": "#text", "on": "#on", "gone": "#gone"},  # noqa: B006
        nothing: Any = "#nothing",
        file: Any = "#file",
        files: Any = "#files",
    ) -> RTResponse:
        told = {name: value for name, value in locals().items() if name not in {"self", "request"}}
        return telling(**told)

    @Page.event("click", ".go")
    def this(self, request: HttpRequest, button: str = "this", name: str = "#nothing") -> RTResponse:
        return telling(button=button, name=name)

    @Page.event("dblclick", ".item")
    def inside(self, request: HttpRequest, item: str = "this", name: str = "this .name") -> RTResponse:
        return telling(item=item, name=name)

    @Page.event("focus", "#text")
    def focused(self, request: HttpRequest) -> RTResponse:
        return RTResponse("#told", "focused")

    @Page.event("input", "#area")
    def typed(self, request: HttpRequest, area: str = "#area") -> RTResponse:
        return RTResponse("#told", "typed " + area)


class MessageForm(forms.Form):
    text = forms.CharField(max_length=5)
    colour = forms.ChoiceField(choices=[("r", "Red")], widget=forms.RadioSelect, required=False)
    photo = forms.FileField(required=False)

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("text") == "spam":
            raise forms.ValidationError("No <spam>.")
        return self.cleaned_data


class Form(Page):
    body = """<form id="say" method="post" enctype="multipart/form-data" novalidate>{% csrf_token %}{{ form }}
      <button id="send" name="how" value="loud">Send</button></form>"""

    @Page.event("submit", "#say", form=MessageForm)
    def say(self, request: HttpRequest, form: MessageForm) -> list[RTResponse]:
        photo = form.cleaned_data["photo"]
        told = {
            "text": form.cleaned_data["text"],
            "photo": photo and photo.name,
            "how": request.POST.get("how"),
        }
        return [telling(**told), RTResponse.reset("#say").toast("Said.", "success")]


class Steps(Page):
    body = """<p id="asked"><button id="do">Do</button></p><ul id="list"><li>0</ul>
      <p class="gone">x</p><p class="gone">y</p>
      <form id="form"><input id="field" value="begun"></form><button id="away">Away</button>"""

    @Page.event("click", "#do")
    def do(self, request: HttpRequest) -> list[RTResponse]:
        html = format_html("<li>{}</li>", "<1>")
        return [
            RTResponse.append("#list", html)
            .prepend("#list", format_html("<li>{}</li>", "first"))
            .remove(".gone"),
            RTResponse.reset("#form").focus("#field").toast("<b>Done", "warning"),
        ]

    @Page.event("click", "#away")
    def away(self, request: HttpRequest) -> RTResponse:
        return RTResponse.redirect("/sample/?from=steps")


class Waiting(Page):
    """A page whose handlers wait until a test lets them go on, or are refused."""

    body = """
      <ul>
        <li id="item"><button class="slow" data-onair-optimistic="remove:li" value="refused">x</button></li>
      </ul>
      <button class="slow" id="disable" data-onair-optimistic="disable">d</button>
      <button class="slow" id="text" data-onair-optimistic="text:Saving: now"><i>Save</i></button>
      <button id="forbidden">f</button><button id="broken">b</button><ol id="log"></ol><input id="typing">"""

    @Page.event("click", ".slow")
    def slow(self, request: HttpRequest, how: str = "this") -> HttpResponse:
        may_go_on.wait(PATIENCE)
        if how == "refused":
            return HttpResponseForbidden()
        return RTResponse.append("#log", format_html("<li>{}</li>", how))

    @Page.event("input", "#typing")
    def typing(self, request: HttpRequest, text: str = "this") -> RTResponse:
        may_go_on.wait(PATIENCE)
        return RTResponse.append("#log", format_html("<li>{}</li>", text))

    @Page.event("click", "#forbidden")
    def forbidden(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseForbidden()

    @Page.event("click", "#broken")
    def broken(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=500)


def go_on(request: HttpRequest, whether: int) -> HttpResponse:
    (may_go_on.set if whether else may_go_on.clear)()
    return HttpResponse(status=204)


def toast(request: HttpRequest, user: str) -> HttpResponse:
    onair.toast(ord(user[0]), "For <you>", "info")
    return HttpResponse(status=204)


urlpatterns = [
    path("form/", Form.as_view()),
    path("gathering/", Gathering.as_view()),
    path("sample/", Sample.as_view()),
    path("steps/", Steps.as_view()),
    path("waiting/", Waiting.as_view()),
    path("go-on/<int:whether>/", go_on),
    path("toast/<str:user>/", toast),
    path("onair/", include("onair.urls")),
]


if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
