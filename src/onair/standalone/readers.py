"""Reading one value, as text of a command line or the environment, or as a file has it.

A reader returns the value or raises WrongValue. No message repeats a text that may hold a secret.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from onair.engines.urls import EngineUrl, is_engine
from onair.server.address import Address, BadAddress, read_address
from onair.server.origins import ANY
from onair.standalone.errors import WrongValue, not_known

SWITCH = {
    "on": True,
    "true": True,
    "yes": True,
    "1": True,
    "off": False,
    "false": False,
    "no": False,
    "0": False,
}

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#@\s]+", re.IGNORECASE)


def text(value: object) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value:
        raise WrongValue('it wants a text, such as "this"')
    return value


def switch(value: object) -> bool:
    """On or off."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in SWITCH:
        return SWITCH[value.lower()]
    raise WrongValue("it is on or off (in a file: true or false)")


def count(value: object) -> int:
    """A whole number of at least 1."""
    number = _number(value)
    if number is None or number < 1 or not number.is_integer():
        raise WrongValue(f"{value!r} is not a whole number of at least 1")
    return int(number)


def seconds(value: object) -> float:
    """A time; 0 is none."""
    number = _number(value)
    if number is None or number < 0:
        raise WrongValue(f"{value!r} is not a number of seconds, such as 10, or 0 for none")
    return number


def seconds_or_off(value: object) -> int | None:
    """A whole number of seconds; None where it is off."""
    if value in (0, "0", "off"):
        return None
    return count(value)


def address(value: object) -> Address:
    """Where to listen."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    try:
        return read_address(text(value))
    except BadAddress as error:
        raise WrongValue(str(error)) from None


def origin(value: object) -> str:
    """An origin whose pages may connect, or ``*``."""
    value = text(value).rstrip("/")
    if value != ANY and not _ORIGIN.fullmatch(value):
        raise WrongValue(
            f"{value!r} is no origin: give it like https://www.example.com, https://*.example.com or *"
        )
    return value


def url(value: object) -> str:
    """An address of the web. It may hold a password, so it is not repeated."""
    value = text(value)
    try:
        parts = urlsplit(value)
        is_url = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_url = False
    if not is_url:
        raise WrongValue("it is no URL: give it like https://www.example.com/hook")
    return value


def engine(value: object) -> EngineUrl:
    """Through what servers share their apps. It may hold a password, so it is not repeated."""
    value = text(value)
    if value.partition(":")[2].startswith("//") and is_engine(value):
        return EngineUrl(value, makes_tables=True)
    raise WrongValue(
        "it is no engine: give it like redis://localhost:6379 or postgres://user:password@localhost/database"
    )


def level(value: object) -> int:
    """How much is logged."""
    name = text(value).lower()
    if name not in LEVELS:
        raise WrongValue(f"{value!r} {not_known(name, LEVELS)}")
    return LEVELS[name]


def table(value: object) -> Mapping[str, object]:
    """A table of a file."""
    if not isinstance(value, Mapping):
        raise WrongValue("it wants a table of keys and values")
    return value


def items(value: object) -> list[object]:
    """The items of a repeated option: words of a text, an array of a file, or a table's pairs."""
    if isinstance(value, str):
        return list(re.split(r"[,\s]+", value.strip(", \t\n")))
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, list):
        return value
    raise WrongValue("it wants an array, such as [ … ]")


def _number(value: object) -> float | None:
    """A finite number; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
