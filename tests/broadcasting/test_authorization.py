"""Who may join the channels that models announce on."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User

from onair.authorization.rules import authorize, rules
from onair.testing import assertMayJoin, assertMayNotJoin
from tests.broadcasting.told import telling
from tests.site.desk.models import Label, Message, Room, Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> User:
    user = User.objects.create_user("viewer")
    user.user_permissions.set(Permission.objects.filter(codename__in=("view_story", "view_label")))
    return user


def test_a_models_channels_are_for_those_who_may_view_it(viewer: User) -> None:
    with telling() as told:
        Story.objects.create(title="Harbour")
        Label.objects.create(name="a b/é")
    for event in told.events:
        for channel in event.channels:
            assertMayJoin(viewer, channel)
            assertMayNotJoin(User(username="stranger", pk=99), channel)
            assertMayNotJoin(None, channel)


def test_a_channel_that_a_hook_names_needs_a_rule_and_the_refusal_names_it(viewer: User) -> None:
    with telling() as told:
        Message.objects.create(room=Room.objects.create(pk=7, name="a"), text="hi")
    assert told.only.channels[0] == "private-room-7"
    with rules.set_aside():
        with pytest.raises(AssertionError, match=r'@onair.authorize\("private-room-\{room_id\}"\)'):
            assertMayJoin(viewer, "private-room-7")
        authorize("private-room-{room_id}")(lambda request, room_id: room_id == "7")
        assertMayJoin(viewer, "private-room-7")
