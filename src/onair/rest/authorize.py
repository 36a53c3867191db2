"""The endpoints of ``onair.urls`` for who logs in by Django REST framework: tokens, apps, other origins.

They ask and answer as those do, by the same rules, grants and permissions; who asks is what the view's
``authentication_classes`` say, and what protects from other sites is theirs.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from django.http import HttpRequest
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from onair.views import authorize, sign_in
from onair.views.asking import BadAsking, Fields


class _AskingView(APIView):  # type: ignore[misc] # DRF has no types
    """Answers what a client asks by POST."""

    # Rules decide, and anonymous users are theirs to refuse.
    permission_classes = (AllowAny,)
    parser_classes = (JSONParser, FormParser, MultiPartParser)
    renderer_classes = (JSONRenderer,)
    versioning_class = None

    _how_to_ask: ClassVar[str]

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        # What one rule does to the database shall not reach the next.
        return transaction.non_atomic_requests(super().as_view(**initkwargs))

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        try:
            fields = Fields(_values(request, self._how_to_ask), self._how_to_ask)
            content, status = self._answer_of(_as_django(request), fields)
        except BadAsking as error:
            content, status = {"error": str(error)}, 400
        return Response(content, status, headers={"Cache-Control": "no-store"})

    def _answer_of(self, request: HttpRequest, fields: Fields) -> tuple[dict[str, Any], int]:
        raise NotImplementedError


class AuthorizeView(_AskingView):
    """Answers which channels the user may join: one, or up to a hundred."""

    _how_to_ask = authorize.HOW_TO_ASK

    def _answer_of(self, request: HttpRequest, fields: Fields) -> tuple[dict[str, Any], int]:
        return authorize.answer_of(request, fields)


class SignInView(_AskingView):
    """Answers who the user is, signed for the connection that asks."""

    _how_to_ask = sign_in.HOW_TO_ASK

    def _answer_of(self, request: HttpRequest, fields: Fields) -> tuple[dict[str, Any], int]:
        return sign_in.answer_of(request, fields)


def _values(request: Request, how_to_ask: str) -> dict[str, Any]:
    try:
        data = request.data
    except RecursionError:
        raise BadAsking(f"The body is nested too deeply. {how_to_ask}") from None
    values = data.dict() if hasattr(data, "dict") else data
    if not isinstance(values, dict):
        raise BadAsking(f"The body is not a JSON object. {how_to_ask}")
    return values


def _as_django(request: Request) -> HttpRequest:
    """Return the request that rules know, whose user is the one that the authentication classes found."""
    user = request.user
    django_request: HttpRequest = request._request
    django_request.user = user

    async def auser() -> Any:
        return user

    django_request.auser = auser
    return django_request
