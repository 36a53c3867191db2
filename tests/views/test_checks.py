from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required, login_required, permission_required
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin, UserPassesTestMixin
from django.contrib.auth.models import User
from django.core.checks import Error, Info, Warning  # noqa: A004 (what the checks return)
from django.db import models
from django.forms import modelform_factory
from django.http import HttpRequest, HttpResponse
from django.test.utils import isolate_apps
from django.urls import clear_url_caches, include, path
from django.utils.decorators import method_decorator
from django.views.generic import DetailView, UpdateView
from pytest_django import Settings

from onair.views import PusherDetailMixin, PusherUpdateMixin, checks
from tests.site import news
from tests.site.news.models import Report

#: The routes of the test that runs.
urlpatterns: list[Any] = []

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture(autouse=True)
def routes(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let a test say which views the site has."""

    def route(*views: Any) -> None:
        routed = [path(f"{at}/", view) for at, view in enumerate(views)]
        monkeypatch.setattr(sys.modules[__name__], "urlpatterns", [path("nested/", include((routed, "a")))])
        clear_url_caches()

    return route


class Public(PusherDetailMixin, DetailView):
    model = news.models.Article


class LoggedIn(LoginRequiredMixin, Public):
    pass


class Permitted(PermissionRequiredMixin, Public):
    permission_required = "news.view_article"


class Examined(Public, UserPassesTestMixin):
    pass


@method_decorator(login_required, name="dispatch")
class Decorated(Public):
    pass


class Private(LoggedIn):
    pusher_private = True


class OwnChannel(LoggedIn):
    def get_pusher_channel(self) -> str:
        return "private-desk"


def plain(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError


def warning(cls: type) -> Warning:
    return Warning(
        f"Not everybody may open {__name__}.{cls.__qualname__}, but everybody may listen: its channel is "
        "public.",
        hint="Set pusher_private = True on it, or PUSHERABLE_PRIVATE in ONAIR: then only those may listen "
        "who may open a page with its tags.",
        obj=cls,
        id="onair.W050",
    )


GUARDED = {
    "a mixin for users": (LoggedIn, LoggedIn.as_view()),
    "a mixin for a permission": (Permitted, Permitted.as_view()),
    "a mixin for a test": (Examined, Examined.as_view()),
    "a decorator of the class": (Decorated, Decorated.as_view()),
    "a decorator of the view": (Public, login_required(Public.as_view())),
    "a decorator for a permission": (Public, permission_required("news.view_article")(Public.as_view())),
}


@pytest.mark.parametrize(("cls", "view"), GUARDED.values(), ids=GUARDED)
def test_a_guarded_page_with_a_public_channel_is_warned_of(routes: Any, cls: type, view: Any) -> None:
    routes(plain, view)
    assert checks.check_public_channels() == [warning(cls)]


OPEN = {
    "everybody may open it": Public.as_view(),
    "its channel is private": Private.as_view(),
    "its channel is made private by its route": LoggedIn.as_view(pusher_private=True),
    "its channel is its own affair": OwnChannel.as_view(),
    "it is none of ours": plain,
}


@pytest.mark.parametrize("view", OPEN.values(), ids=OPEN)
def test_a_page_is_not_warned_of(routes: Any, view: Any) -> None:
    routes(view)
    assert checks.check_public_channels() == []


def test_the_settings_make_every_channel_private(routes: Any, settings: Settings) -> None:
    settings.ONAIR = {"PUSHERABLE_PRIVATE": True}
    routes(LoggedIn.as_view())
    assert checks.check_public_channels() == []


def test_a_middleware_guards_every_page_that_does_not_say_no(routes: Any, settings: Settings) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
    routes(Public.as_view())
    assert checks.check_public_channels() == [warning(Public)]
    routes(login_not_required(Public.as_view()))
    assert checks.check_public_channels() == []


def test_a_view_with_two_routes_is_warned_of_once(routes: Any) -> None:
    routes(LoggedIn.as_view(), LoggedIn.as_view(slug_field="title"))
    assert checks.check_public_channels() == [warning(LoggedIn)]


def test_a_site_without_a_urlconf_has_nothing_to_check(settings: Settings) -> None:
    settings.ROOT_URLCONF = None
    assert checks.check_public_channels() == []


with isolate_apps():

    class Article(models.Model):
        """An article of furniture: another app has a model of the same name."""

        title = models.CharField(max_length=200)

        class Meta:
            app_label = "rooms"

        def __str__(self) -> str:
            return self.title

    Furniture = Article


class FurnitureDetail(PusherDetailMixin, DetailView):
    queryset = Furniture.objects.all()


class FurnitureForm(PusherUpdateMixin, UpdateView):
    form_class = modelform_factory(Furniture, fields=("title",))


class FurnitureElsewhere(FurnitureDetail):
    def get_pusher_channel(self) -> str:
        return f"furniture_{self.object.pk}"


@pytest.mark.parametrize("view", [FurnitureDetail, FurnitureForm])
def test_two_models_of_one_name_are_warned_of(routes: Any, view: Any) -> None:
    routes(Public.as_view(), view.as_view())
    assert checks.check_model_names() == [
        Warning(
            "news.Article and rooms.Article share their channels (article_1 …): who listens to one hears the "
            "others.",
            hint="Override get_pusher_channel() on the views of one of them.",
            id="onair.W051",
        )
    ]


def test_models_whose_channels_differ_are_not_warned_of(routes: Any) -> None:
    routes(Public.as_view(), Private.as_view(), FurnitureElsewhere.as_view())
    assert checks.check_model_names() == []


class Users(PusherDetailMixin, DetailView):
    model = User


class OwnPayload(Users):
    def get_pusher_payload(self) -> dict[str, Any]:
        return {}


def test_fields_that_look_secret_are_said_to_be_kept_back(routes: Any) -> None:
    routes(Users.as_view())
    assert checks.check_secret_fields() == [
        Info(
            f"{__name__}.Users does not send password: the names look secret.",
            hint="To agree, name them in pusher_exclude_model_fields. To send them nevertheless, name all "
            "fields to send in pusher_include_model_fields.",
            obj=Users,
            id="onair.I053",
        )
    ]


@pytest.mark.parametrize(("private", "who"), [(False, "everybody"), (True, "every reader of its channel")])
def test_fields_that_look_secret_and_are_sent_are_warned_of(routes: Any, private: bool, who: str) -> None:
    routes(Users.as_view(pusher_include_model_fields=["username", "password"], pusher_private=private))
    assert checks.check_secret_fields() == [
        Warning(
            f"{__name__}.Users sends password to {who}.",
            hint="These names look secret. Take them out of pusher_include_model_fields.",
            obj=Users,
            id="onair.W052",
        )
    ]


AGREED = {
    "kept back on purpose": Users.as_view(pusher_exclude_model_fields="password"),
    "others are sent": Users.as_view(pusher_include_model_fields="username"),
    "named twice": Users.as_view(
        pusher_include_model_fields="password", pusher_exclude_model_fields=["password"]
    ),
    "the payload is the view's own": OwnPayload.as_view(),
    "there are none": Public.as_view(),
}


@pytest.mark.parametrize("view", AGREED.values(), ids=AGREED)
def test_nothing_is_said_of_secrets(routes: Any, view: Any) -> None:
    routes(view)
    assert checks.check_secret_fields() == []


def test_addresses_that_are_usernames_and_go_to_everybody_are_warned_of(
    routes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(User, "USERNAME_FIELD", "email")
    routes(Public.as_view())
    (message,) = checks.check_usernames()
    assert (message.id, message.obj) == ("onair.W057", Public)
    assert "e-mail address of its visitors" in message.msg


def test_usernames_that_are_no_addresses_may_go_to_everybody(routes: Any) -> None:
    routes(Public.as_view())
    assert checks.check_usernames() == []


def test_addresses_that_stay_among_the_readers_are_not_warned_of(
    routes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(User, "USERNAME_FIELD", "email")
    routes(Public.as_view(pusher_private=True), OwnPayload.as_view())
    assert checks.check_usernames() == []


def test_a_name_that_is_no_field_is_warned_of(routes: Any) -> None:
    class Reports(PusherDetailMixin, DetailView):
        model = Report
        pusher_include_model_fields = ("title", "tags")
        pusher_exclude_model_fields = "pub"

    routes(Reports.as_view())
    assert checks.check_field_names() == [
        Warning(
            f"{__name__}.{Reports.__qualname__}.pusher_exclude_model_fields names 'pub', and news.Report "
            "has no such field.",
            hint="Each name is the whole name of one field.",
            obj=Reports,
            id="onair.W054",
        )
    ]


def test_pusherable_beside_onair_has_everything() -> None:
    assert checks.check_pusherable() == []


def install(folder: Path, name: str) -> None:
    """Leave behind what pip leaves of an installed distribution."""
    info = folder / f"{name.replace('-', '_')}-0.2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.2.0\n")


@pytest.mark.parametrize("name", ["django-pusherable", "drf-model-pusher", "drf_model_pusher"])
def test_an_old_distribution_is_an_error_with_the_command_that_mends_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    assert checks.check_old_distributions() == []
    install(tmp_path, name)
    monkeypatch.syspath_prepend(tmp_path)
    assert checks.check_old_distributions() == [
        Error(
            f"{name.replace('_', '-')} is installed beside django-onair, and has files of the same names: "
            "one overwrites the other's.",
            hint="Run: pip uninstall -y drf-model-pusher django-pusherable && "
            "pip install --force-reinstall --no-deps django-onair",
            id="onair.E056",
        )
    ]
