"""A query is read as any other program reads it, only faster where nothing is escaped."""

from __future__ import annotations

from urllib.parse import parse_qsl

from hypothesis import given
from hypothesis import strategies as st

from onair.server.api.request import read_query


@given(st.text(st.sampled_from("ab=&%2+é;#[]")))
def test_a_query_is_read_as_the_standard_library_does(query: str) -> None:
    assert read_query(query) == parse_qsl(query, keep_blank_values=True)
