from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpRequest
from django.middleware.csrf import get_token

from onair.live import AudienceError
from tests.live.templating.showing import region, rendered, request_of
from tests.site.board.models import Column, Ticket

pytestmark = pytest.mark.django_db

Context = Callable[[HttpRequest], dict[str, Any]]

_names = (f"user{number}" for number in itertools.count())


def audience(*args: Any, **options: Any) -> str:
    return region(*args, **options).reads.audience.key.partition("|")[0]


def user(**attributes: Any) -> User:
    return User.objects.create_user(next(_names), **attributes)


def channels(template: str, context: Any, *requests: HttpRequest) -> int:
    return len({region(template, context, request).channel for request in requests})


#: What a page reads of its visitor, and how many of two users share it.
SHARED: dict[str, tuple[str, Any]] = {
    "nothing": ("hello", {}),
    "whether there is somebody": ("{% if user.is_authenticated %}hello{% endif %}", {}),
    "whether it is staff": ("{% if request.user.is_staff %}all{% endif %}", {}),
    "a permission": ("{% if perms.board.add_ticket %}add{% endif %}", {}),
    "the rights of an app": ("{% if perms.board %}board{% endif %}", {}),
    "a question": ("{{ yes }}", lambda request: {"yes": request.user.has_perm("board.add_ticket")}),
    "questions": ("{{ yes }}", lambda request: {"yes": request.user.has_perms(["board.add_ticket"])}),
    "the site": ("{{ request.get_host }}{{ request.is_secure }}{{ request.META.SERVER_NAME }}", {}),
    "the form's secret": ("<form>{% csrf_token %}</form>", {}),
    "the form's secret by its name": ('<i data-token="{{ csrf_token }}"></i>', {}),
    "the address": ("{{ request.path }}{{ request.GET.q }}{{ request.build_absolute_uri }}", {}),
}


@pytest.mark.parametrize("reads", SHARED)
def test_visitors_share_what_is_the_same_for_all_of_whom_the_same_is_true(reads: str) -> None:
    template, context = SHARED[reads]
    assert channels(template, context, request_of(user=user()), request_of(user=user())) == 1


PERSONAL: dict[str, tuple[str, Any]] = {
    "the user's name": ("{{ user.username }}", {}),
    "the user": ("{{ user }}", {}),
    "the request's user": ("{{ request.user }}", {}),
    "the key": ("{{ request.user.pk }}", {}),
    "a filter": ("{{ n }}", lambda request: {"n": Ticket.objects.filter(owner=request.user).count()}),
    "rows of a user": ("{% for t in user.ticket_set.all %}{{ t }}{% endfor %}", {}),
    "a comparison": (
        "{% for t in tickets %}{% if t.owner == request.user %}mine{% endif %}{% endfor %}",
        lambda request: {"tickets": Ticket.objects.all()},
    ),
    "a comparison, turned": (
        "{% for t in tickets %}{% if request.user == t.owner %}mine{% endif %}{% endfor %}",
        lambda request: {"tickets": Ticket.objects.all()},
    ),
    "groups": ("{{ user.groups.count }}", {}),
    "the session": ("{{ request.session.cart }}", {}),
    "what is in the session": ("{% if 'cart' in request.session %}cart{% endif %}", {}),
    "all of the session": ("{{ request.session.items }}", {}),
    "a cookie": ("{{ request.COOKIES.theme }}", {}),
    "all cookies": ("{{ request.COOKIES.items }}", {}),
    "messages": ("{% for message in messages %}{{ message }}{% endfor %}", {}),
    "where it comes from": ("{{ request.META.REMOTE_ADDR }}", {}),
    "the browser": ("{{ request.META.HTTP_USER_AGENT }}", {}),
    "a header": ("{{ agent }}", lambda request: {"agent": request.headers.get("User-Agent")}),
    "whether there is a header": ("{{ yes }}", lambda request: {"yes": "user-agent" in request.headers}),
    "all headers": ("{{ all }}", lambda request: {"all": dict(request.headers)}),
    "all of META": ("{{ all }}", lambda request: {"all": {**request.META}}),
    "the cookie's header": ("{{ request.META.HTTP_COOKIE }}", {}),
    "the form's secret in code": ("{{ token }}", lambda request: {"token": get_token(request)}),
}


@pytest.mark.parametrize("reads", PERSONAL)
def test_what_one_visitor_alone_has_is_rendered_for_each(reads: str) -> None:
    template, context = PERSONAL[reads]
    people = user(), user()
    for person in people:
        Ticket.objects.create(title="T", column=Column.objects.create(name="C"), owner=person)
    requests = [request_of(user=person) for person in people]
    for request in requests:
        request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    assert channels(template, context, *requests) == 2


#: What is read of the user alone parts nobody who has not logged in.
OF_THE_BROWSER = [
    reads for reads in PERSONAL if "COOKIES" in PERSONAL[reads][0] or "META" in PERSONAL[reads][0]
]


@pytest.mark.parametrize("reads", OF_THE_BROWSER)
def test_two_browsers_without_a_session_share_nothing_that_they_have_sent(reads: str) -> None:
    template, context = PERSONAL[reads]
    first, second = (
        request_of(cookies={"theme": name}, headers={"user-agent": name}) for name in ("dark", "light")
    )
    assert channels(template, context, first, second) == 2


def test_who_has_not_logged_in_shares_what_is_read_of_the_user() -> None:
    assert channels("Hello {{ user.username }}", {}, request_of(), request_of(cookies={"a": "b"})) == 1


@pytest.mark.parametrize(
    ("fact", "change"),
    [
        ("{% if user.is_staff %}{% endif %}", {"is_staff": True}),
        ("{% if user.is_superuser %}{% endif %}", {"is_superuser": True}),
        ("{% if user.is_active %}{% endif %}", {"is_active": False}),
        ("{% if perms.board.add_ticket %}{% endif %}", {"is_superuser": True}),
    ],
)
def test_who_differs_in_what_was_asked_has_another_channel(fact: str, change: dict[str, bool]) -> None:
    assert channels(fact, {}, request_of(user=user()), request_of(user=user(**change))) == 2


def test_a_permission_is_a_fact_wherever_it_comes_from() -> None:
    permission = Permission.objects.get(codename="add_ticket", content_type__app_label="board")
    group = Group.objects.create(name="Editors")
    group.permissions.add(permission)
    by_group, by_itself = user(), user()
    by_group.groups.add(group)
    by_itself.user_permissions.add(permission)
    template = "{% if perms.board.add_ticket %}add{% endif %}"
    may = [request_of(user=one) for one in (by_group, by_itself)]
    assert channels(template, {}, *may) == 1
    assert channels(template, {}, request_of(user=by_group), request_of(user=user())) == 2


READS_THE_USER: dict[str, tuple[str, Any]] = {
    **PERSONAL,
    "whether it is staff": SHARED["whether it is staff"],
    "a permission": SHARED["a permission"],
}


@pytest.mark.parametrize("reads", READS_THE_USER)
def test_a_declared_audience_is_never_rendered_with_what_one_of_it_has(reads: str) -> None:
    template, context = READS_THE_USER[reads]
    request = request_of(user=user())
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    column = Column.objects.create(name="C")
    Ticket.objects.create(title="T", column=column, owner=user())
    with pytest.raises(AudienceError, match="audience 'team'"):
        rendered(f"{{% live audience='team' %}}{template}{{% endlive %}}", context, request)


def test_a_declared_audience_may_have_forms() -> None:
    template = "{% live audience='team' %}<form>{% csrf_token %}</form>{% endlive %}"
    assert "csrfmiddlewaretoken" in rendered(template, {}, request_of(user=user())).document.html


@pytest.mark.parametrize("name", ["user", "request.user"])
def test_the_user_is_shown_and_so_is_what_belongs_to_the_user(name: str) -> None:
    anna = user(first_name="Anna")
    Ticket.objects.create(title="Hers", column=Column.objects.create(name="To do"), owner=anna)
    template = (
        f"{{{{ {name}.first_name }}}}: {{% for t in {name}.ticket_set.all %}}{{{{ t.title }}}}{{% endfor %}}"
    )
    shown = region(template, {}, request_of(user=anna)).tree.html
    assert "Anna" in shown
    assert "Hers" in shown


def test_a_region_beside_a_personal_one_is_shared() -> None:
    template = "{% live %}{{ user.username }}{% endlive %}{% live %}hello{% endlive %}"
    first, second = (rendered(template, {}, request_of(user=user())) for _ in range(2))
    assert len({one.channel for page in (first, second) for one in page.regions.values()}) == 3


def test_a_region_in_a_personal_one_is_shared_and_its_text_is_in_no_other() -> None:
    template = "{% live %}{{ user.username }}{% live %}inner{% endlive %}{% endlive %}"
    first, second = (rendered(template, {}, request_of(user=user())) for _ in range(2))
    assert len({one.channel for page in (first, second) for one in page.regions.values()}) == 3
    outer = next(one for one in first.regions.values() if one.reads.audience.is_personal)
    assert "inner" not in outer.tree.html


def test_a_personal_region_in_a_shared_one_puts_nothing_into_it() -> None:
    template = "{% live %}outer{% live %}{{ user.username }}{% endlive %}{% endlive %}"
    somebody = user()
    outer, inner = rendered(template, {}, request_of(user=somebody)).regions.values()
    if somebody.username not in inner.tree.html:
        outer, inner = inner, outer
    assert somebody.username in inner.tree.html
    assert somebody.username not in outer.tree.html


@pytest.mark.parametrize(
    "template",
    [
        "{% with name=user.username %}{% live %}{{ name }}{% endlive %}{% endwith %}",
        "{% live %}{% with name=user.username %}{% live %}{{ name }}{% endlive %}{% endwith %}{% endlive %}",
        "{% firstof user.username as name %}{% live %}{{ name }}{% endlive %}",
        "{% for name in names %}{% live %}{{ name }}{% endlive %}{% endfor %}",
    ],
)
def test_what_the_template_has_read_around_a_region_counts_in_it(template: str) -> None:
    def context(request: HttpRequest) -> dict[str, Any]:
        return {"names": (request.user.username for _ in range(1))}

    pages = [rendered(template, context, request_of(user=user())) for _ in range(2)]
    shown = [{one.channel for one in page.regions.values() if "user" in one.tree.html} for page in pages]
    assert not shown[0] & shown[1]


def test_the_context_of_a_page_with_a_name_in_it_is_personal_in_each_region() -> None:
    assert (
        channels("hello", lambda request: {"n": str(request.user)}, *(request_of(user=user()) for _ in "ab"))
        == 2
    )


class Basket:
    """What cannot be compared."""


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [("a", "a", 1), ("a", "b", 2), (1, 1, 1), (1, "1", 2), (None, None, 1), (Basket(), Basket(), 2)],
)
def test_what_middleware_has_put_on_the_request_parts_those_who_differ_in_it(
    first: Any, second: Any, count: int
) -> None:
    requests = [request_of(user=user()) for _ in range(2)]
    for request, team in zip(requests, (first, second), strict=True):
        request.team = team  # type: ignore[attr-defined]
    shown = {region("{{ n }}", lambda request: {"n": str(request.team)}, one).channel for one in requests}
    assert len(shown) == count
    assert [one.team for one in requests] == [first, second]  # type: ignore[attr-defined]
    assert channels("nothing of it", {}, *(request_of(user=user()) for _ in range(2))) == 1


def test_a_row_that_middleware_has_found_is_followed() -> None:
    requests = [request_of(user=user()) for _ in range(2)]
    teams = [Column.objects.create(name=name) for name in "ab"]
    for request, team in zip(requests, teams, strict=True):
        request.team = team  # type: ignore[attr-defined]
    shown = [region("{{ request.team.name }}", {}, request) for request in requests]
    assert shown[0].channel != shown[1].channel
    assert ("default", Column, teams[0].pk) in shown[0].reads.read_set.instances
    declared = [request_of(user=user()) for _ in range(2)]
    for request, team in zip(declared, teams, strict=True):
        request.team = team  # type: ignore[attr-defined]
    template = "{% live audience='team' %}{{ request.team.name }}{% endlive %}"
    assert len({one.channel for r in declared for one in rendered(template, {}, r).regions.values()}) == 2
