"""What a site's own tests see of it, in each kind of Django's test cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.test import TestCase, TransactionTestCase

from onair.publishing import capture
from onair.testing import OnAirAssertions, captured
from tests.site.desk.models import Story

if TYPE_CHECKING:
    Base = TestCase
else:
    Base = object


class Seen(OnAirAssertions, Base):
    """What is the same in all of them."""

    databases = ("default", "other")

    def test_a_write_is_seen_at_once(self) -> None:
        with captured():
            story = Story.objects.create(title="Harbour")
            self.assertPublished(channel="private-desk.story", event="story.created", count=1)
            story.title = "Port"
            story.save()
            self.assertPublished(event="story.updated", contains={"object": {"title": "Port"}})

    def test_a_write_in_a_transaction_is_seen_with_its_commit(self) -> None:
        with captured():
            with transaction.atomic():
                Story.objects.create(title="Harbour")
                self.assertNotPublished(event="story.created")
            self.assertPublished(event="story.created")

    def test_bulk_writes_are_seen_when_somebody_looks(self) -> None:
        with captured() as events:
            Story.objects.bulk_create([Story(title="a"), Story(title="b")])
            assert len(capture.current()) == 2
        assert len(events) == 2

    def test_what_was_written_before_is_not_of_the_block(self) -> None:
        Story.objects.bulk_create([Story(title="a")])
        with captured() as events:
            pass
        assert events == []

    def test_each_database_is_seen_for_itself(self) -> None:
        with captured():
            with transaction.atomic(using="other"):
                Story.objects.using("default").create(title="a")
                self.assertPublished(event="story.created", count=1)
                Story.objects.using("other").create(title="b")
                self.assertPublished(event="story.created", count=1)
            self.assertPublished(event="story.created", count=2)


class InTestCase(Seen, TestCase):
    databases = ("default", "other")

    def test_what_a_test_captures_of_actions_on_commit_is_said_once(self) -> None:
        with captured() as events, self.captureOnCommitCallbacks(execute=True), transaction.atomic():
            Story.objects.create(title="Harbour")
        assert [event.name for event in events] == ["story.created"]


class InTransactionTestCase(Seen, TransactionTestCase):
    databases = ("default", "other")
