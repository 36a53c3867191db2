"""What the browser has gathered, as the keywords of a handler: texts, booleans, lists and files alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from onair.live.events.declaring import Handler
from onair.live.events.refusals import Malformed, TooLarge

#: What is added to the name of a field that says what the others of that name are: ``true`` or ``false``,
#: which stands for all of them, or a ``list``.
KIND = ":as"

Files: TypeAlias = "MultiValueDict[str, UploadedFile[Any]]"


def gather(handler: Handler, data: QueryDict, files: Files) -> dict[str, Any]:
    """Return the keywords that a handler declares, out of what was posted; all else is not looked at.

    Raises:
        Malformed: a value is not of the kinds that a page sends.
        TooLarge: a value or a file is larger than the handler takes.
    """
    for uploaded in _all(files):
        if (uploaded.size or 0) > handler.max_file_size:
            raise TooLarge(f"The file is too large: {handler.max_file_size} bytes are the most.")
    found: dict[str, Any] = {}
    for keyword, told in handler.gather.items():
        if told.is_many:
            found[keyword] = [*data.getlist(keyword), *files.getlist(keyword)]
        elif isinstance(told.selectors, Mapping):
            found[keyword] = {key: _one(name, data, files) for key, name in told.fields(keyword).items()}
        else:
            found[keyword] = _one(keyword, data, files)
    for text in _texts(found.values()):
        if len(text) > handler.max_length:
            raise TooLarge(f"That is too long: {handler.max_length} characters are the most.")
    return found


def _one(name: str, data: QueryDict, files: Files) -> Any:
    """Return the value of one element, an empty text where there is none."""
    values = [*data.getlist(name), *files.getlist(name)]
    match data.get(name + KIND):
        case None:
            return values[0] if values else ""
        case "true" | "false" as checked:
            return checked == "true"
        case "list":
            return values
    raise Malformed("A gathered value is true, false, a list, a text or a file.")


def _all(files: Files) -> Iterator[UploadedFile[Any]]:
    for _, uploaded in files.lists():
        yield from uploaded


def _texts(values: Any) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from _texts(value)
        elif isinstance(value, dict):
            yield from _texts(value.values())
