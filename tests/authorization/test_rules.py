from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.test import modify_settings

import onair
from onair.authorization.patterns import BadRule
from onair.authorization.rules import Rules, authorize


def takes_all(request: Any, **parameters: str) -> bool:
    return True


def takes_room(request: Any, room_id: str) -> bool:
    return True


def takes_more(request: Any, room_id: str, door: str) -> bool:
    return True


def takes_less(request: Any) -> bool:
    return True


def takes_nothing() -> bool:
    return True


def takes_by_position(request: Any, room_id: str, /) -> bool:
    return True


class Callback:
    def __call__(self, request: Any, room_id: str) -> bool:
        return True


def test_the_public_name_is_the_decorator() -> None:
    assert onair.authorize is authorize


def test_the_decorator_gives_the_function_back() -> None:
    assert authorize("private-room-{room_id}")(takes_room) is takes_room


@pytest.mark.parametrize("function", [takes_room, takes_all, Callback()])
def test_a_function_that_takes_the_placeholders_is_registered(
    function: Callable[..., bool], no_rules: Rules
) -> None:
    authorize("private-room-{room_id}")(function)
    (match,) = no_rules.matching("private-room-7")
    assert match.rule.function is function
    assert match.parameters == {"room_id": "7"}


@pytest.mark.parametrize("function", [takes_more, takes_less, takes_nothing, takes_by_position])
def test_a_function_that_does_not_take_the_placeholders_is_refused(
    function: Callable[..., bool], no_rules: Rules
) -> None:
    with pytest.raises(BadRule, match=re.escape("wants a function of (request, room_id)")) as caught:
        authorize("private-room-{room_id}")(function)
    assert f"test_rules:{function.__qualname__}" in str(caught.value)
    assert not list(no_rules)


def test_a_placeholder_may_not_have_the_name_of_the_request() -> None:
    with pytest.raises(BadRule, match="cannot be called"):
        authorize("private-{request}")(takes_room)


def test_one_function_may_have_several_patterns(no_rules: Rules) -> None:
    authorize("private-room-{room_id}")(authorize("presence-room-{room_id}")(takes_room))
    assert {rule.pattern.text for rule in no_rules} == {"private-room-{room_id}", "presence-room-{room_id}"}


def test_every_rule_that_matches_is_found(no_rules: Rules) -> None:
    authorize("private-room-{room_id}")(takes_room)
    authorize("private-{room_id}")(takes_all)
    assert len(no_rules.matching("private-room-7")) == 2


def test_rules_that_are_set_aside_come_back(no_rules: Rules) -> None:
    authorize("private-room-{room_id}")(takes_room)
    with no_rules.set_aside():
        authorize("private-other")(takes_less)
        assert [rule.pattern.text for rule in no_rules] == ["private-other"]
    assert [rule.pattern.text for rule in no_rules] == ["private-room-{room_id}"]


def test_rules_are_discovered_in_every_app(no_rules: Rules) -> None:
    import_rules(no_rules)
    (match,) = no_rules.matching("private-discovered-room-7")
    assert match.rule.home == "tests.site.rooms.onair_rules:discovered_room"


def test_a_module_imported_twice_has_its_rules_once(no_rules: Rules) -> None:
    import_rules(no_rules)
    (first,) = no_rules
    import_rules(no_rules)
    (second,) = no_rules
    assert first.function is not second.function


def import_rules(no_rules: Rules) -> None:
    sys.modules.pop("tests.site.rooms.onair_rules", None)
    with modify_settings(INSTALLED_APPS={"append": "tests.site.rooms"}):
        pass
