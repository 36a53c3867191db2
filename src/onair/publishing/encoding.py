"""Data to JSON, as Django's encoder writes it, compact and always readable by a browser."""

from __future__ import annotations

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from onair.exceptions import BadEvent

_COMPACT = (",", ":")
_strict = DjangoJSONEncoder(ensure_ascii=False, allow_nan=False, separators=_COMPACT).encode
_lenient = DjangoJSONEncoder(ensure_ascii=False, separators=_COMPACT).encode
_ascii = DjangoJSONEncoder(separators=_COMPACT).encode


def encode(data: Any) -> tuple[str, int]:
    """Return the data as JSON text, and the text's size in bytes.

    Numbers that JSON does not know (NaN, infinity) become null, as in a browser's ``JSON.stringify``.

    Raises:
        BadEvent: the data holds something that is not serialisable.
    """
    try:
        return _sized(_text(data))
    except (TypeError, ValueError, RecursionError) as error:
        raise BadEvent(
            f"The data of an event is not serialisable: {error}. It is made of dictionaries, lists, "
            "strings, numbers, dates, Decimal and UUID; of a model, send the fields that readers may see."
        ) from error


def _text(data: Any) -> str:
    try:
        return _strict(data)
    except ValueError:
        return _strict(json.loads(_lenient(data), parse_constant=_null))


def _null(constant: str) -> None:
    """Take the place of NaN, Infinity and -Infinity."""


def _sized(text: str) -> tuple[str, int]:
    if text.isascii():
        return text, len(text)
    try:
        return text, len(text.encode())
    except UnicodeEncodeError:
        # Half of a surrogate pair has no bytes in UTF-8, and is written as an escape.
        text = _ascii(json.loads(text))
        return text, len(text)
