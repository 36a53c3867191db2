"""What ``docs/howto/live.md`` says of views, options, audiences and what to know."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.test import RequestFactory, TestCase, override_settings
from django.urls import include, path
from django.views.decorators.cache import cache_page
from django.views.generic import TemplateView, View

import onair
from onair.live import AudienceError, RTMixin, RTView
from onair.live.templating.page import WHOLE_PAGE
from onair.live.visiting import Visit
from onair.testing import assertLive
from tests.site.board.models import Column, Ticket

DATA = re.compile(r'<script type="application/json" id="onair-live">(.*?)</script>')

LIST = (
    "{% load onair %}<ul>{% live tickets as ticket %}<li>{{ ticket.title }}</li>"
    "{% empty %}<li>None.</li>{% endlive %}</ul>"
)


def rendered(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(template).render(context, request))


class Inline(TemplateView):
    """A view with its template beside it."""

    template = LIST

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"tickets": Ticket.objects.order_by("pk")}

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        return rendered(self.request, self.template, **context)


class Mixed(RTMixin, Inline):
    pass


class Whole(RTMixin, Inline):
    live_whole_page = True
    template = (
        "<title>{{ tickets.count }}</title>"
        "{% for t in tickets %}<p title='{{ t.title }}'>{{ t.notes }}</p>{% endfor %}"
    )


@login_required
@onair.live_view
def function(request: HttpRequest) -> HttpResponse:
    return rendered(request, LIST, tickets=Ticket.objects.all())


class Asynchronous(RTMixin, View):
    async def get(self, request: HttpRequest) -> TemplateResponse:
        return TemplateResponse(request, "board/counter.html", {"tickets": Ticket.objects.all()})


class Options(Mixed):
    template = (
        '{% load onair %}{% live tickets as t throttle=2 every=30 on="weather sea" announce="{n} new" '
        'mode="pill" pause %}{{ t.title }}{% endlive %}'
    )


class Team(LoginRequiredMixin, RTMixin, Inline):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            self.team = request.user.last_name
        return super().dispatch(request, *args, **kwargs)

    def live_audience(self) -> str:
        return f"team-{self.team}"


class Leaky(Team):
    template = "{% load onair %}{% live %}{{ user.username }}{% endlive %}"


class Quiet(RTView, Inline):
    template = (
        "{% load onair %}{% nolive %}Hello {{ user.username }}{% for m in messages %}{{ m }}{% endfor %}"
        "{% endnolive %}{{ tickets.count }}"
    )


class QuietItems(Mixed):
    template = (
        "{% load onair %}{% live tickets as t %}"
        "<p>{{ t.title }}: {% nolive %}{{ user.username }}{% endnolive %}</p>{% endlive %}"
    )


class Cached(Mixed):
    template = (
        "{% load onair cache %}{% live %}{% cache 500 name %}{{ tickets.count }}{% endcache %}{% endlive %}"
    )


class Touched(Mixed):
    temperature = 20
    template = '{% load onair %}{% live on="weather" %}<p>{{ weather }} °C</p>{% endlive %}'

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"weather": lambda: Touched.temperature}


urlpatterns = [
    path("onair/", include("onair.urls")),
    path("mixed/", Mixed.as_view()),
    path("whole/", Whole.as_view()),
    path("function/", function),
    path("async/", Asynchronous.as_view()),
    path("options/", Options.as_view()),
    path("team/", Team.as_view()),
    path("leaky/", Leaky.as_view()),
    path("quiet/", Quiet.as_view()),
    path("quiet/items/", QuietItems.as_view()),
    path("cached/", Cached.as_view()),
    path("kept/", cache_page(500)(Mixed.as_view())),
    path("touched/", Touched.as_view()),
]


@override_settings(ROOT_URLCONF=__name__)
class GuideTests(TestCase):
    def setUp(self) -> None:
        self.column = Column.objects.create(name="To do")

    def add(self, title: str = "New") -> Ticket:
        return Ticket.objects.create(title=title, column=self.column)

    def page(self, url: str) -> dict[str, Any]:
        found = DATA.search(self.client.get(url).content.decode())
        assert found
        data: dict[str, Any] = json.loads(found[1])
        return data

    def test_each_way_to_make_a_page_live_follows(self) -> None:
        user = User.objects.create_user("anna")
        for url in ("/mixed/", "/function/", "/async/", "/cached/", "/kept/"):
            with self.subTest(url):
                assertLive(url, user=user).on(self.add).renders(1)

    def test_a_page_that_is_live_as_a_whole_needs_no_tag(self) -> None:
        change = assertLive("/whole/").on(lambda: self.add("<b>"))
        change.changes("title").changes("p")

    def test_the_script_is_told_of_a_regions_options(self) -> None:
        (told,) = self.page("/options/")["regions"].values()
        told.pop("v")
        assert told == {"announce": "{n} new", "mode": "pill", "pause": True}

    def test_a_declared_audience_cannot_ask_who_the_visitor_is(self) -> None:
        self.client.force_login(User.objects.create_user("anna", last_name="red"))
        assert self.client.get("/team/").status_code == 200
        with pytest.raises(AudienceError, match=r"reads request\.user"):
            self.client.get("/leaky/")

    def test_what_is_not_live_counts_for_nothing(self) -> None:
        channels = set()
        for user in (User.objects.create_user("anna"), User.objects.create_user("ben")):
            self.client.force_login(user)
            assert f"Hello {user}" in self.client.get("/quiet/").content.decode()
            assertLive("/quiet/", user=user).on(user.save).changes_nothing()
            page = Visit.of(RequestFactory().get("/quiet/"), user).render()
            channels.add(page.regions[WHOLE_PAGE].channel)
        assert len(channels) == 1, "they share one rendering"

    def test_what_is_not_live_stays_in_the_items_that_are_there_and_is_not_in_later_ones(self) -> None:
        self.add("First")
        anna = User.objects.create_user("anna")
        change = assertLive("/quiet/items/", user=anna).on(lambda: self.add("Second"))
        change.shows("Second:")
        with pytest.raises(AssertionError):
            change.shows("Second: anna")

    def test_no_cache_keeps_a_live_page_nor_a_part_of_it(self) -> None:
        url = "/kept/"
        (region,) = self.page(url)["regions"]
        assertLive(url).on(self.add).renders(1)
        assert self.client.get(url, headers={"X-OnAir-Region": region}).json()["r"] == region
        self.add("The last")
        response = self.client.get(url)
        assert "private" in response["Cache-Control"]
        assert "The last" in response.content.decode()

    def test_a_topic_that_is_touched_renders(self) -> None:
        page = assertLive("/touched/")

        def change() -> None:
            Touched.temperature += 1
            onair.touch("weather")

        page.on(change).changes("p")
