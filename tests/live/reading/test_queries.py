"""What is read of each table, query by query, as :mod:`tests.live.reading.telling` puts it in words."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType

from onair.live.matching.reads import ReadSet
from onair.live.reading.predicates import MOST_TERMS
from onair.live.reading.recorder import Recorder, recording
from tests.live.reading.queries import ANSWERS, FILTERS, SELECTIONS, Of, Query, shown
from tests.live.reading.telling import columns_told, told
from tests.site.club.models import Member

#: The columns of a member.
ALL = "active, born, data, fee, id, name, score, seen, sponsor_id"

#: Of which rows, and what decides whether a row is in the result.
ROWS: dict[str, list[str]] = {
    "all": ["Member: any; by nothing"],
    "an equality": ["Member: name = Ann; by name"],
    "two equalities": ["Member: active = True & name = Ann; by active, name"],
    "a foreign key": ["Member: sponsor_id = 1; by sponsor_id"],
    "the key of an instance": ["Member: sponsor_id = 1; by sponsor_id"],
    "a list": ["Member: score = 1 | score = 2; by score"],
    "a list with nothing": ["Member: score = 1; by score"],
    "a long list": ["Member: score in " + str([*range(40)]) + "; by score"],
    "an empty list": [],
    "not in an empty list": ["Member: any; by score"],
    "a range": ["Member: score range (1, 3); by score"],
    "comparisons": ["Member: score gt 1 & score lte 3; by score"],
    "a date": ["Member: born gte 2000-01-01; by born"],
    "a part of a date": ["Member: any; by born"],
    "a decimal": ["Member: fee = 2; by fee"],
    "null": ["Member: sponsor_id isnull True; by sponsor_id"],
    "not null": ["Member: sponsor_id isnull False; by sponsor_id"],
    "excluded": ["Member: not score exact 2; by score"],
    "excluded null": ["Member: not sponsor_id exact 1 | sponsor_id isnull True; by sponsor_id"],
    "excluded together": ["Member: not name exact Ann | not score exact 2; by name, score"],
    "either": ["Member: active = True & name = Bob | score = 1; by active, name, score"],
    "not either": ["Member: not score exact 1 & not name exact Bob; by name, score"],
    "one of two": ["Member: any; by name, score"],
    "a contradiction": [],
    "a part of a text": ["Member: active = True; by active, name"],
    "text in any case": ["Member: any; by name"],
    "a transform": ["Member: any; by name"],
    "another column": ["Member: any; by score, sponsor_id"],
    "JSON": ["Member: any; by data"],
    "a manager's method": ["Member: active = True; by active"],
    "nothing": [],
    "a proxy": ["Member: score = 1; by score"],
    "an inherited column": [
        "Member: name = Tom; by id, name",
        "Trainer: licence = B; by licence, member_ptr_id",
    ],
    "a parent by a child's column": [
        "Member: id in [4]; by id",
        "Trainer: licence = B; by licence, member_ptr_id",
    ],
    "a key of two columns": ["Locker: number = 2 & room = 1; by number, room"],
    "keys of two columns": ["Locker: number = 2 & room = 1 | number = 4 & room = 3; by number, room"],
    "a part of a key": ["Locker: room = 1; by room"],
    "a joined column": ["Member: name = Ann; by id, name", "Team: any; by captain_id"],
    "a joined key": ["Membership: any; by team_id", "Team: captain_id = 1; by captain_id, id"],
    "a joined column or none": ["Member: any; by id, name", "Team: any; by captain_id, name"],
    "no joined row": ["Member: any; by id", "Team: any; by captain_id, id"],
    "not a joined column": ["Member: any; by id, name", "Team: any; by captain_id"],
    "through many to many": [
        "Member: id in [1, 2]; by id",
        "Membership: any; by member_id, team_id",
        "Team: name = Red; by id, name",
    ],
    "not through many to many": [
        "Member: any; by id",
        "Membership: any; by member_id, team_id",
        "Team: name = Red; by id, name",
    ],
    "many to many, once each": [
        "Member: id in [1, 2]; by id",
        "Membership: any; by member_id, team_id",
        "Team: name = Blue | name = Red; by id, name",
    ],
    "two joins of a table": [
        "Member: id in [1]; by id",
        "Membership: any; by member_id, team_id",
        "Team: name = Blue; by id, name",
        "Team: name = Red; by id, name",
    ],
    "a key that is none": ["Match: any; by home_id", "Team: name = Red; by code, name"],
    "a key by its text": ["Match: home_id = red; by home_id"],
    "a key that may lead nowhere": ["Match: any; by guest_id", "Team: name = Red; by id, name"],
    "a generic key": ["Remark: content_type_id = {type} & object_id = 1; by content_type_id, object_id"],
    "a generic relation": [
        "Member: any; by id",
        "Remark: content_type_id = {default} & text = Hm; by content_type_id, object_id, text",
    ],
    "a filtered relation": [
        "Member: name = Ann; by id, name",
        "Membership: role = chief; by member_id, role, team_id",
        "Team: id in [1]; by id",
    ],
    "an inner query": ["Member: any; by id", "Membership: role = chief; by role"],
    "not an inner query": ["Member: any; by id", "Team: name = Red; by name"],
    "existence": ["Member: any; by id, name", "Membership: any; by member_id, role"],
    "a slice inside": ["Member: any; by id", "Member: any; by id, score", "Member: any; by id, sponsor_id"],
    "an aggregate": ["Member: any; by id", "Membership: any; by member_id, team_id"],
    "an aggregate or a column": ["Member: any; by id, score", "Membership: any; by member_id, team_id"],
    "a window": ["Member: any; by nothing"],
    "a condition by hand": ["Member: any; by any column"],
    "an expression by hand": ["Member: any; by any column", "Team: any; by any column"],
}

#: The same, and what is shown of which rows.
ROWS_AND_COLUMNS: dict[str, list[str]] = {
    "in an order": ["Member: any; by nothing", "Member: {all} of [1, 2, 3, 4]"],
    "the first": ["Member: any; by id, score", "Member: {all} of [2, 3]"],
    "those after": ["Member: any; by id, score", "Member: {all} of any"],
    "by a joined column": [
        "Member: any; by id, name",
        "Member: any; by id, sponsor_id",
        "Member: {all} of [2, 3]",
        "Member: nothing of any",
    ],
    "in the model's order": [
        "Member: id in [1, 2]; by id",
        "Team: any; by captain_id",
        "Member: name of any",
        "Team: captain_id, code, id, name of [1, 2, 3]",
    ],
    "the first in the model's order": [
        "Member: any; by id, name",
        "Team: captain_id isnull False; by captain_id, id",
        "Member: nothing of any",
        "Team: captain_id, code, id, name of [1]",
    ],
    "with what is related": [
        "Member: id in [1, 2]; by id, sponsor_id",
        "Member: id in [1]; by id",
        "Team: any; by captain_id",
        "Member: {all} of any",
        "Member: {all} of any",
        "Team: captain_id, code, id, name of [1, 2, 3]",
    ],
    "some columns": ["Member: any; by nothing", "Member: id, name of [1, 2, 3, 4]"],
    "other columns": [
        "Member: any; by nothing",
        "Member: active, born, fee, id, score, seen, sponsor_id of [1, 2, 3, 4]",
    ],
    "values": [
        "Member: any; by id",
        "Member: any; by sponsor_id",
        "Member: name of any",
        "Member: name of any",
    ],
    "different values": [
        "Member: any; by id",
        "Member: any; by sponsor_id",
        "Member: name of any",
        "Member: nothing of any",
    ],
    "values of many": [
        "Member: any; by id",
        "Member: any; by id",
        "Membership: any; by member_id, team_id",
        "Team: any; by captain_id, id",
        "Member: id, name of any",
        "Member: name of any",
        "Membership: nothing of any",
        "Team: id, name of any",
    ],
    "counts": [
        "Member: any; by id",
        "Membership: member_id in [1, 2, 3, 4]; by member_id",
        "Member: {all} of [1, 2, 3, 4]",
        "Membership: team_id of any",
    ],
    "counts of some": [
        "Member: any; by id",
        "Membership: member_id in [1, 2, 3, 4]; by member_id, team_id",
        "Team: any; by id",
        "Member: {all} of [1, 2, 3, 4]",
        "Membership: team_id of any",
        "Team: name of any",
    ],
    "in the order of counts": [
        "Member: any; by id",
        "Membership: any; by member_id, team_id",
        "Member: {all} of [1, 2]",
        "Membership: team_id of any",
    ],
    "sums by a column": ["Member: any; by active", "Member: active, score of any"],
    "sums by key": [
        "Member: any; by id",
        "Membership: member_id in [1, 2, 3, 4]; by member_id",
        "Member: id of [1, 2, 3, 4]",
        "Membership: team_id of any",
    ],
    "an inner query's value": [
        "Member: any; by id",
        "Team: any; by captain_id, name",
        "Member: {all} of [1, 2, 3, 4]",
        "Team: name of any",
    ],
    "a window's value": ["Member: any; by id", "Member: {all} of any"],
    "a case's value": [
        "Member: any; by sponsor_id",
        "Member: id in [1, 2]; by id",
        "Member: active of any",
        "Member: {all} of [1, 2, 3, 4]",
    ],
    "an expression's value by hand": [
        "Member: any; by any column",
        "Team: any; by any column",
        "Member: {all} of any",
        "Team: any column of any",
    ],
    "a union": [
        "Member: name = Ann; by name",
        "Member: score = 1; by score",
        "Member: {all} of any",
        "Member: {all} of any",
    ],
    "what is in both": [
        "Member: name = Ann; by name",
        "Member: score = 1; by score",
        "Member: {all} of any",
        "Member: {all} of any",
    ],
    "by hand": ["Member: any; by any column", "Member: any column of any"],
    "the number": ["Member: score gte 1; by score", "Member: nothing of any"],
    "the number of a slice": ["Member: any; by id, score", "Member: id of any"],
    "the number of joined": [
        "Member: any; by id",
        "Membership: any; by member_id, team_id",
        "Team: name = Red; by id, name",
        "Member: nothing of any",
        "Membership: nothing of any",
        "Team: nothing of any",
    ],
    "whether there is one": ["Member: score = 1; by score", "Member: nothing of any"],
    "a sum": ["Member: active = True; by active", "Member: score of any"],
    "an average of counts": [
        "Member: any; by id",
        "Membership: any; by member_id",
        "Member: nothing of any",
        "Membership: team_id of any",
    ],
    "the newest": ["Member: any; by id, score", "Member: {all} of [3]"],
    "the last": ["Member: any; by id", "Member: {all} of [4]"],
    "one": ["Member: id = 1; by id", "Member: {all} of [1]"],
    "some by key": ["Member: id = 1 | id = 2; by id", "Member: {all} of [1, 2]"],
    "an iterator": ["Member: any; by nothing", "Member: {all} of any"],
    "what belongs to one": [
        "Member: any; by id",
        "Member: id in [1, 2]; by id",
        "Member: id in [1]; by id",
        "Membership: member_id = 1; by member_id, team_id",
        "Membership: member_id = 2; by member_id, team_id",
        "Team: id in [1, 2]; by captain_id, id",
        "Team: id in [1]; by captain_id, id",
        "Member: {all} of [1, 2]",
        "Member: name of any",
        "Member: name of any",
        "Membership: nothing of any",
        "Membership: nothing of any",
        "Team: captain_id, code, id, name of [1, 2]",
        "Team: captain_id, code, id, name of [1]",
    ],
    "what belongs to all": [
        "Member: any; by nothing",
        "Member: id in [1, 2]; by id",
        "Membership: member_id = 1 | member_id = 2 | member_id = 3 | member_id = 4; by member_id, team_id",
        "Team: id in [1, 2]; by captain_id, id",
        "Member: {all} of [1, 2, 3, 4]",
        "Member: name of any",
        "Membership: member_id of any",
        "Team: captain_id, code, id, name of [1, 2]",
    ],
    "what belongs to all, chosen": [
        "Member: any; by nothing",
        (
            "Membership: member_id = 1 & role = chief | "
            "member_id = 2 & role = chief | "
            "member_id = 3 & role = chief | "
            "member_id = 4 & role = chief; by member_id, role, team_id"
        ),
        "Team: id in [1]; by id",
        "Member: {all} of [1, 2, 3, 4]",
        "Membership: id, member_id, role, team_id of [1000001]",
        "Team: captain_id, code, id, name of any",
    ],
    "remarks about all": [
        "Member: any; by nothing",
        (
            "Remark: content_type_id = {type} & object_id = 1 | "
            "content_type_id = {type} & object_id = 2 | "
            "content_type_id = {type} & object_id = 3 | "
            "content_type_id = {type} & object_id = 4; by content_type_id, object_id"
        ),
        "Member: {all} of [1, 2, 3, 4]",
        "Remark: content_type_id, id, object_id, text of [1]",
    ],
    "what is loaded later": [
        "Member: any; by nothing",
        "Member: id = 1; by id",
        "Member: id = 2; by id",
        "Member: id = 3; by id",
        "Member: id = 4; by id",
        "Member: id, name of [1, 2, 3, 4]",
        "Member: id, score of [1]",
        "Member: id, score of [2]",
        "Member: id, score of [3]",
        "Member: id, score of [4]",
    ],
    "what is related": [
        "Member: id = 1; by id",
        "Member: id = 2; by id",
        "Team: any; by nothing",
        "Member: {all} of [1]",
        "Member: {all} of [2]",
        "Team: captain_id, code, id, name of [1, 2, 3]",
    ],
}


@pytest.fixture
def database(db: None) -> str:
    """One will do for what is found before the database is asked; the other test asks both."""
    return "default"


def read_by(query: Query, of: Of) -> ReadSet:
    recorder = Recorder()
    with recording(recorder):
        found = query(of)
        if hasattr(found, "_fetch_all"):
            shown(found)
    return recorder.read_set()


def in_words(expected: list[str], database: str) -> list[str]:
    # Django asks the default database for the type of a generic relation, whatever the query's database is.
    here, default = (
        ContentType.objects.db_manager(alias).get_for_model(Member).pk for alias in (database, "default")
    )
    return [line.format(all=ALL, type=here, default=default) for line in expected]


@pytest.mark.parametrize("name", ROWS)
def test_a_filter_says_which_rows_it_is_about(name: str, of: Of, database: str) -> None:
    assert told(read_by(FILTERS[name], of)) == in_words(ROWS[name], database)


@pytest.mark.parametrize("name", ROWS_AND_COLUMNS)
def test_a_query_says_which_columns_of_which_rows_it_shows(name: str, of: Of, database: str) -> None:
    read_set = read_by((SELECTIONS | ANSWERS)[name], of)
    assert told(read_set) + columns_told(read_set) == in_words(ROWS_AND_COLUMNS[name], database)


def test_conditions_are_left_out_where_they_would_make_too_many_terms(of: Of) -> None:
    [reading] = read_by(FILTERS["either many times"], of).readings
    assert 1 < len(reading.terms) <= MOST_TERMS
    assert reading.membership == {"active", "born", "name", "score", "sponsor_id"}
