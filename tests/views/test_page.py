from __future__ import annotations

from typing import Any

import pytest
from django.template import Context, RequestContext
from django.test import RequestFactory

from onair.views.page import nonce_of, request_of


def test_the_request_is_that_of_the_rendering(rf: RequestFactory) -> None:
    request = rf.get("/")
    assert request_of(RequestContext(request)) is request


def test_the_request_may_be_a_variable_of_the_template(rf: RequestFactory) -> None:
    request = rf.get("/")
    assert request_of(Context({"request": request})) is request
    assert request_of({"request": request}) is request


@pytest.mark.parametrize("context", [Context(), Context({"request": "not one"}), {}])
def test_a_template_may_have_no_request(context: Any) -> None:
    assert request_of(context) is None
    assert nonce_of(context) is None


def test_the_nonce_is_djangos_else_that_of_django_csp(rf: RequestFactory) -> None:
    request: Any = rf.get("/")
    assert nonce_of(RequestContext(request)) is None
    request.csp_nonce = "of-django-csp"
    assert nonce_of(RequestContext(request)) == "of-django-csp"
    assert nonce_of(RequestContext(request, {"csp_nonce": "of-django"})) == "of-django"


def test_a_nonce_that_is_false_until_it_is_used_counts() -> None:
    class Lazy:
        def __bool__(self) -> bool:
            return False

    nonce = Lazy()
    assert nonce_of({"csp_nonce": nonce}) is nonce
