"""What an update says it changed has everything that it did change, whatever was loaded, and by whom."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from django.db import transaction
from django.db.models.signals import post_save
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import onair
from onair.broadcasting.loaded import Loaded
from onair.changes import interest
from onair.changes.change import Commit, Kind
from tests.broadcasting.told import telling
from tests.site.desk.models import Card, Restaurant, Story


def changed(story: Story, **options: Any) -> list[str]:
    with telling() as told:
        story.save(**options)
    return [name for name in told.only.data["changed"] if name != "notes"]


@pytest.fixture
def story(db: None) -> Story:
    return Story.objects.get(pk=Story.objects.create(title="Harbour", views=4).pk)


def test_a_save_names_what_differs_from_what_was_loaded(story: Story) -> None:
    story.title, story.views = "Port", 4
    assert changed(story) == ["title"]


def test_a_second_save_names_all_since_nothing_was_loaded_after_the_first(story: Story) -> None:
    story.save()
    assert len(changed(story)) > 3


def test_a_save_names_what_a_silent_write_had_changed(story: Story) -> None:
    with onair.writing(silent=True):
        Story.objects.filter(pk=story.pk).update(title="Port")
    assert "title" in changed(story)


def test_a_refresh_is_a_load(story: Story) -> None:
    story.save()
    story.refresh_from_db()
    story.views = 5
    assert changed(story) == ["views"]


def test_a_refresh_of_one_field_leaves_the_others_as_they_were_loaded(story: Story) -> None:
    story.title = "Port"
    story.refresh_from_db(fields=["views"])
    assert changed(story) == ["title"]


def test_a_model_that_refreshes_in_its_own_way_is_called_as_it_was(db: None) -> None:
    Card.objects.create(title="a")
    card = Card.objects.defer("title").get()
    assert card.title == "a"
    card.refresh_from_db()
    card.refresh_from_db(fields=iter(["title"]))
    card.is_archived = True
    with telling() as told:
        card.save()
    assert told.changed == [["is_archived"]]


def test_a_refresh_takes_its_arguments_by_their_places(story: Story) -> None:
    story.title = "Port"
    story.refresh_from_db("default", iter(["views"]))
    assert changed(story) == ["title"]


def test_a_deferred_field_is_known_once_it_was_read(db: None) -> None:
    Story.objects.create(title="Harbour", views=4)
    story = Story.objects.only("title").get()
    assert story.views == 4
    story.title = "Port"
    assert changed(story, update_fields=["title", "views"]) == ["title"]


def test_a_field_that_was_not_loaded_counts_as_changed(db: None) -> None:
    Story.objects.create(title="Harbour", views=4)
    story = Story.objects.defer("views").get()
    story.views = 4
    assert changed(story, update_fields=["title", "views"]) == ["views"]


def test_a_value_of_another_type_counts_as_changed(story: Story) -> None:
    story.views = "4"  # type: ignore[assignment]
    assert changed(story) == ["views"]


def test_a_value_that_may_have_been_changed_in_place_counts_as_changed(story: Story) -> None:
    with telling() as told:
        story.save()
    assert told.changed == [["notes"]]


def test_another_write_to_the_row_is_overwritten_and_named(story: Story) -> None:
    Story.objects.filter(pk=story.pk).update(title="Port")
    assert "title" in changed(story)


def test_another_write_to_another_row_is_no_matter(story: Story) -> None:
    Story.objects.create(title="Other")
    story.views = 5
    assert changed(story) == ["views"]


def test_a_copy_under_another_key_names_all(story: Story) -> None:
    other = Story.objects.create(title="Other")
    story.pk = other.pk
    assert "title" in changed(story)


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy])
def test_a_copy_knows_what_was_loaded(story: Story, again: Any) -> None:
    twin = again(story)
    twin.title = "Port"
    assert changed(twin) == ["title"]


def test_a_pickle_carries_nothing_of_it(story: Story) -> None:
    data = pickle.dumps(story)
    assert Loaded.__name__.encode() not in data
    assert "title" in changed(pickle.loads(data))


def test_what_a_rollback_takes_back_was_not_loaded(story: Story) -> None:
    with transaction.atomic():
        Story.objects.filter(pk=story.pk).update(title="Port")
        story.refresh_from_db()
        transaction.set_rollback(True)
    assert "title" in changed(story)


def test_what_receivers_of_signals_write_is_not_narrowed(story: Story) -> None:
    def put_back(instance: Story, **kwargs: Any) -> None:
        Story.objects.filter(pk=instance.pk).update(title="Harbour")

    post_save.connect(put_back, sender=Story)
    story.title = "Port"
    try:
        with telling() as told:
            story.save()
    finally:
        post_save.disconnect(put_back, sender=Story)
    assert all("title" in names for names in told.changed)


def test_a_childs_save_names_what_differs_in_both_tables(db: None) -> None:
    with telling():
        Restaurant.objects.create(name="Anchor", stars=1)
    child = Restaurant.objects.get()
    child.name = "Harbour"
    with telling() as told:
        child.save()
    assert told.changed == [["name"]]


TITLES = st.sampled_from(["a", "b"])
VALUES = st.fixed_dictionaries({}, optional={"title": TITLES, "views": st.sampled_from([0, 1])})
FIELDS = ("title", "views", "body")


class Machine(RuleBasedStateMachine):
    """Instances of one row, loaded and saved in any order, in transactions that may be rolled back.

    The truth is what a commit changed in the database. What it says to have changed is never less.
    """

    instances = Bundle("instances")

    def __init__(self) -> None:
        super().__init__()
        self.commits: list[Commit] = []
        self.blocks: list[Any] = []
        self.committed: dict[str, Any] = {}

    @initialize()
    def begin(self) -> None:
        interest.listen(self.commits.append)
        Story.objects.all().delete()
        self.key = Story.objects.create(title="a").pk
        self.committed = self.row()
        self.commits.clear()

    def row(self) -> dict[str, Any]:
        return Story.objects.values(*FIELDS).get(pk=self.key)

    @rule(target=instances, some=st.booleans())
    def load(self, some: bool) -> Story:
        stories = Story.objects.only("title") if some else Story.objects
        return stories.get(pk=self.key)

    @rule(target=instances, title=TITLES)
    def load_what_is_rolled_back(self, title: str) -> Story:
        with transaction.atomic():
            self.update(title)
            instance = self.load(some=False)
            transaction.set_rollback(True)
        return instance

    @rule(target=instances, instance=instances)
    def copy(self, instance: Story) -> Story:
        return copy.copy(instance)

    @rule(instance=instances, fields=st.sampled_from([None, ["title"], ["views"]]))
    def refresh(self, instance: Story, fields: list[str] | None) -> None:
        instance.refresh_from_db(fields=fields)

    @rule(instance=instances, values=VALUES, fields=st.sampled_from([None, None, ["title"]]))
    def save(self, instance: Story, values: dict[str, Any], fields: list[str] | None) -> None:
        for name, value in values.items():
            setattr(instance, name, value)
        instance.save(update_fields=fields)

    @rule(title=TITLES)
    def update(self, title: str) -> None:
        Story.objects.filter(pk=self.key).update(title=title)

    @precondition(lambda self: len(self.blocks) < 2)
    @rule()
    def open(self) -> None:
        self.blocks.append(transaction.atomic())
        self.blocks[-1].__enter__()

    @precondition(lambda self: self.blocks)
    @rule(rolled_back=st.booleans())
    def close(self, rolled_back: bool) -> None:
        transaction.set_rollback(rolled_back)
        self.blocks.pop().__exit__(None, None, None)

    @invariant()
    def nothing_is_missing(self) -> None:
        if self.blocks or not self.committed:
            return
        now = self.row()
        really = {name for name in FIELDS if now[name] != self.committed[name]}
        said: set[str] = set()
        for commit in self.commits:
            for row in commit.rows:
                assert (row.kind, row.key) == (Kind.UPDATED, self.key)
                said |= set(FIELDS) if row.columns is None else row.columns
        self.commits.clear()
        self.committed = now
        assert really <= said

    def teardown(self) -> None:
        while self.blocks:
            self.close(rolled_back=True)
        interest._listeners[:] = [each for each in interest._listeners if each != self.commits.append]


class NothingIsMissing(TransactionTestCase):
    def test_an_update_never_says_less_than_it_did(self) -> None:
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=60,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
