from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from onair.engines import local
from onair.protocol.member import Member


def publish_soon(app_id: str, publications: object) -> None:
    raise AssertionError("nothing is published here")


@pytest.fixture(autouse=True)
def unregistered() -> Iterator[None]:
    yield
    local.unregister("app of this test")


def test_a_server_is_found_until_it_is_unregistered() -> None:
    local.register("app of this test", publish_soon)
    assert local.find("app of this test") is publish_soon
    local.unregister("app of this test")
    assert local.find("app of this test") is None


def test_an_app_that_nobody_serves_is_not_found_and_can_be_unregistered() -> None:
    local.unregister("app of this test")
    assert local.find("app of this test") is None


def list_members(app_id: str, channel: str, timeout: float) -> list[Member]:
    return [Member("7")]


def test_a_server_may_say_who_is_there_until_it_is_unregistered() -> None:
    local.register("app of this test", publish_soon, list_members)
    assert local.find_members("app of this test") is list_members
    assert local.find_server("app of this test") == local.LocalServer(publish_soon, list_members)
    local.unregister("app of this test")
    assert local.find_members("app of this test") is None
    assert local.find_server("app of this test") is None


def test_the_last_server_of_an_app_counts() -> None:
    local.register("app of this test", print)
    local.register("app of this test", publish_soon)
    assert local.find("app of this test") is publish_soon


def test_a_forked_child_has_no_server() -> None:
    local.register("app of this test", publish_soon)
    child = os.fork()
    if child == 0:
        os._exit(0 if local.find("app of this test") is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert local.find("app of this test") is publish_soon
