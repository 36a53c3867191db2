"""What a template's context says of the page that it is rendered for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.template.context import BaseContext

TemplateContext = BaseContext | Mapping[str, Any]


def request_of(context: TemplateContext) -> HttpRequest | None:
    """Return the request, where the context has one: of ``render(request, …)``, or in the variable."""
    request = getattr(context, "request", None) or context.get("request")
    return request if isinstance(request, HttpRequest) else None


def nonce_of(context: TemplateContext) -> object:
    """Return the nonce of the page's policy, None where the site has none: Django's, or django-csp's.

    The object makes its value when it is written, and is false until then.
    """
    nonce = context.get("csp_nonce")
    return nonce if nonce is not None else getattr(request_of(context), "csp_nonce", None)
