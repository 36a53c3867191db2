"""What is told live pages besides the database. In tests the tested process is the one that shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import transaction
from django.db.utils import ConnectionDoesNotExist

import onair
from onair.live.signals import revoked, touched


@pytest.fixture
def told() -> Iterator[list[str]]:
    """The topics and the users, in their order."""
    told: list[str] = []

    def hear(**said: Any) -> None:
        told.append(said.get("topic") or said["user_pk"])

    for signal in (touched, revoked):
        signal.connect(hear, weak=False, dispatch_uid="test")
    yield told
    for signal in (touched, revoked):
        signal.disconnect(dispatch_uid="test")


SAYINGS: list[tuple[Callable[..., Any], Any, str]] = [
    (onair.touch, "weather", "weather"),
    (onair.revoke, 7, "7"),
    (onair.revoke, SimpleNamespace(pk=7), "7"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("say", "what", "heard"), SAYINGS)
def test_it_is_told_after_the_commit_and_not_after_a_rollback(
    told: list[str], say: Callable[..., Any], what: Any, heard: str
) -> None:
    say(what)
    assert told == [heard]
    with transaction.atomic():
        say(what)
        assert told == [heard]
    assert told == [heard] * 2
    with transaction.atomic():
        say(what)
        transaction.set_rollback(True)
    assert told == [heard] * 2


@pytest.mark.django_db(transaction=True)
def test_it_is_told_from_asynchronous_code(told: list[str]) -> None:
    async_to_sync(onair.atouch)("weather")
    async_to_sync(onair.arevoke)(7)
    assert told == ["weather", "7"]


def test_what_cannot_be_told_is_refused(told: list[str]) -> None:
    with pytest.raises(TypeError, match="A topic is a text"):
        onair.touch(7)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no primary key"):
        onair.revoke(SimpleNamespace(pk=None))
    with pytest.raises(ConnectionDoesNotExist):
        onair.touch("weather", using="nowhere")
    assert told == []
