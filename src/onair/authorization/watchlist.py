"""The watchlist: whose coming and going a signed-in user is told. One function of the site says it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db.models import Model
from django.http import HttpRequest

from onair.authorization.patterns import BadRule
from onair.authorization.rules import home_of, wait_for
from onair.model_channels import encode_key

WatchlistFunction = Callable[[HttpRequest], Iterable[Any] | Awaitable[Iterable[Any]]]

_Function = TypeVar("_Function", bound=WatchlistFunction)


class Watchlists:
    """The site's function, if it has one."""

    def __init__(self) -> None:
        self._function: WatchlistFunction | None = None

    def __str__(self) -> str:
        return f"@onair.watchlist of {home_of(self._function)}"

    def register(self, function: WatchlistFunction) -> None:
        """Keep the function. The same one, imported once more, takes its own place.

        Raises:
            BadRule: the site has another one.
        """
        if self._function is not None and home_of(self._function) != home_of(function):
            raise BadRule(
                f"{home_of(function)} is a second watchlist, beside {home_of(self._function)}: "
                "a site has one. Let one function return the users of both."
            )
        self._function = function

    def of(self, request: HttpRequest) -> list[str]:
        """Return the ids of those whom the user of a request watches, each once, in the function's order."""
        if self._function is None:
            return []
        return list(dict.fromkeys(map(_id_of, wait_for(self._function(request)))))

    @contextmanager
    def set_aside(self) -> Iterator[None]:
        """Forget the function for the length of a block, such as a test; one added in it goes with it."""
        kept, self._function = self._function, None
        try:
            yield
        finally:
            self._function = kept


#: What :func:`watchlist` adds to, and what the endpoint asks.
watchlists = Watchlists()


def watchlist(function: _Function) -> _Function:
    """Let the decorated function say whose coming and going the user of a request is told.

    It returns users, or their primary keys, and may be ``async``. A site has one::

        @onair.watchlist
        def friends(request):
            return request.user.friends.all()

    Raises:
        BadRule: the site has another one.
    """
    watchlists.register(function)
    return function


def _id_of(user: object) -> str:
    if isinstance(user, list | tuple | dict):
        raise TypeError(
            f"{user!r} is neither a user nor a primary key. Of a queryset's values, return "
            'values_list("pk", flat=True).'
        )
    return encode_key(user.pk if isinstance(user, Model) else user)
