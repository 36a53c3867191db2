"""A request of the HTTP API, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

import msgspec


class Head(msgspec.Struct, frozen=True):
    """A request's first line: path and query as the client sent them, with what a proxy cut off the path."""

    method: str
    path: str
    query: str

    @property
    def is_signed(self) -> bool:
        """Whether it says that somebody signed it."""
        return "auth_signature=" in self.query


class Request(msgspec.Struct, frozen=True):
    """A request whose signature was verified.

    ``names`` are those in the path, such as the channel's. ``params`` are those of the query; of one that is
    there several times, ``pairs`` has them all.
    """

    names: Mapping[str, str]
    params: Mapping[str, str]
    pairs: Sequence[tuple[str, str]]
    body: bytes


def read_query(query: str) -> list[tuple[str, str]]:
    """The parameters of a query, in their order."""
    if "%" in query or "+" in query:
        return parse_qsl(query, keep_blank_values=True)
    # As a library sends it nothing is escaped, and this takes a third of the time.
    return [(name, value) for name, _, value in (pair.partition("=") for pair in query.split("&") if pair)]
