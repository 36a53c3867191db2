from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ImproperlyConfigured
from django.template import Context, RequestContext, Template
from django.test import RequestFactory

from onair.authorization import grants
from tests.views.elements import elements


def test_the_script_has_the_nonce_of_the_page() -> None:
    html = Template("{% load onair %}{% onair_script %}").render(Context({"csp_nonce": "n1"}))
    (element,) = elements(html)
    assert element["src"] == "/static/onair/onair.js"
    assert element["nonce"] == "n1"


def test_without_a_policy_there_is_no_nonce() -> None:
    (element,) = elements(Template("{% load onair %}{% onair_script %}").render(Context()))
    assert "nonce" not in element


def granted(request_context: Context) -> str:
    template = Template('{% load onair %}<p data-grant="{% onair_grant channel %}">')
    return template.render(request_context).split('"')[1]


@pytest.mark.parametrize("user", [User(pk=3), AnonymousUser()])
def test_a_grant_is_for_the_channel_and_the_reader(rf: RequestFactory, user: User | AnonymousUser) -> None:
    request = rf.get("/")
    request.user = user
    token = granted(RequestContext(request, {"channel": "presence-article.7"}))
    assert grants.verify(token, "presence-article.7", user)
    assert not grants.verify(token, "presence-article.8", user)
    assert not grants.verify(token, "presence-article.7", User(pk=4))


def test_a_page_without_a_request_has_no_reader() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"render\(request"):
        granted(Context({"channel": "private-a"}))
