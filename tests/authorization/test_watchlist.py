from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

import onair
from onair.authorization.patterns import BadRule
from onair.authorization.watchlist import watchlist, watchlists

REQUEST = HttpRequest()


@pytest.fixture(autouse=True)
def no_watchlist() -> Iterator[None]:
    with watchlists.set_aside():
        yield


def friends(request: HttpRequest) -> Iterable[Any]:
    return [1, 2]


def colleagues(request: HttpRequest) -> Iterable[Any]:
    return [3]


def test_the_public_name_is_the_decorator() -> None:
    assert onair.watchlist is watchlist


def test_a_site_without_a_watchlist_watches_nobody() -> None:
    assert watchlists.of(REQUEST) == []


def test_the_decorator_gives_the_function_back_and_the_request_to_it() -> None:
    given: list[HttpRequest] = []

    @watchlist
    def those_of(request: HttpRequest) -> list[int]:
        given.append(request)
        return [7]

    assert those_of(REQUEST) == [7]
    assert watchlists.of(REQUEST) == ["7"]
    assert given == [REQUEST, REQUEST]


def test_a_site_has_one_watchlist() -> None:
    watchlist(friends)
    with pytest.raises(BadRule, match=rf"{__name__}:colleagues is a second.*{__name__}:friends.*of both"):
        watchlist(colleagues)
    assert watchlists.of(REQUEST) == ["1", "2"]


def test_a_module_that_is_imported_once_more_replaces_its_own() -> None:
    watchlist(friends)
    watchlist(friends)
    assert watchlists.of(REQUEST) == ["1", "2"]


WATCHED: list[tuple[Iterable[Any], list[str]]] = [
    ([], []),
    ([User(pk=3), 4, "five"], ["3", "4", "five"]),
    ((number for number in (2, 1)), ["2", "1"]),
    ([7, User(pk=7), "7"], ["7"]),
    ([SimpleLazyObject(lambda: User(pk=8))], ["8"]),
    ([UUID(int=1)], ["00000000-0000-0000-0000-000000000001"]),
    (["a b"], ["a=20b"]),
]


@pytest.mark.parametrize(("answer", "ids"), WATCHED)
def test_users_and_keys_are_watched_each_once_by_the_ids_of_presence(
    answer: Iterable[Any], ids: list[str]
) -> None:
    watchlist(lambda request: answer)
    assert watchlists.of(REQUEST) == ids


@pytest.mark.django_db
def test_a_queryset_is_watched() -> None:
    anna = User.objects.create_user("anna")
    watchlist(lambda request: User.objects.all())
    assert watchlists.of(REQUEST) == [str(anna.pk)]


def test_a_function_may_be_asynchronous() -> None:
    @watchlist
    async def later(request: HttpRequest) -> list[int]:
        return [9]

    assert watchlists.of(REQUEST) == ["9"]


@pytest.mark.parametrize("user", [(1,), [1], {"pk": 1}])
def test_the_rows_of_a_queryset_are_no_keys(user: object) -> None:
    watchlist(lambda request: [user])
    with pytest.raises(TypeError, match="flat=True"):
        watchlists.of(REQUEST)


def test_a_function_without_a_name_is_told_by_its_class() -> None:
    class Callback:
        def __call__(self, request: HttpRequest) -> list[int]:
            return []

    watchlist(Callback())
    assert str(watchlists) == (
        f"@onair.watchlist of {__name__}:"
        "test_a_function_without_a_name_is_told_by_its_class.<locals>.Callback"
    )
