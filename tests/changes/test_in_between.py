"""Rows that another transaction writes between the look at a query and its run: no key of theirs was read."""

from __future__ import annotations

import pytest

from onair.changes.change import Kind, RowChange
from onair.changes.deletes import Deletion
from onair.changes.recording import Recording
from onair.changes.table import table_of_model
from onair.changes.updates import Update
from tests.site.desk.models import Story


@pytest.mark.parametrize(("count", "is_told_of_all"), [(1, False), (2, False), (3, True), (None, False)])
def test_an_update_of_more_rows_than_were_read_changes_the_table(
    count: int | None, is_told_of_all: bool
) -> None:
    update = Update(table_of_model(Story), (1, 2), {"title": "Port"})
    update.ran(count)
    recording = Recording()
    update.record(recording)
    assert (Story in recording.tables) is is_told_of_all
    assert bool(recording.rows) is not is_told_of_all


@pytest.mark.parametrize(("count", "is_told_of_all"), [(1, False), (2, False), (3, True), (None, False)])
def test_a_deletion_of_more_rows_than_were_read_changes_the_table(
    count: int | None, is_told_of_all: bool
) -> None:
    effects = Recording()
    for key in (1, 2):
        effects.add(RowChange(Story, Kind.DELETED, key))
    after = Deletion(Story, effects, 2).after(count)
    assert (Story in after.tables) is is_told_of_all
    assert bool(after.rows) is not is_told_of_all
