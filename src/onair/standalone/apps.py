"""The apps to serve, as ``ID:KEY:SECRET`` or as tables of a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from secrets import token_hex
from typing import Any

from onair.protocol.app import App, Credential, Limits, Webhook
from onair.protocol.notices import NOTICE_NAMES
from onair.standalone import readers
from onair.standalone.errors import WrongValue, not_known

Reader = Callable[[object], Any]

_SPEC = "it wants ID:KEY:SECRET, like 1:app-key:app-secret"
_NAME = re.compile(r"[A-Za-z0-9_.-]+")

LIMITS = tuple(limit.name for limit in fields(Limits))


@dataclass(frozen=True, slots=True, kw_only=True)
class AppEntry:
    """What was given of one app; the rest comes from the options for all."""

    id: str
    credentials: tuple[Credential, ...]
    limits: Mapping[str, int] = field(default_factory=dict)
    switches: Mapping[str, Any] = field(default_factory=dict)
    webhooks: tuple[Webhook, ...] | None = None

    def make(
        self, limits: Mapping[str, int], switches: Mapping[str, Any], webhooks: tuple[Webhook, ...]
    ) -> App:
        """The app, with what holds for all apps where it says nothing itself."""
        return App(
            id=self.id,
            credentials=self.credentials,
            limits=Limits(**{**limits, **self.limits}),
            webhooks=webhooks if self.webhooks is None else self.webhooks,
            **{**switches, **self.switches},
        )


def entry(value: object) -> AppEntry:
    """Read an app."""
    if isinstance(value, str):
        parts = value.split(":", 2)
        if len(parts) != 3 or not all(parts):
            raise WrongValue(f"{_SPEC} (a part of it is missing)")
        app_id, key, secret = parts
        return AppEntry(id=_name(app_id), credentials=(Credential(_name(key), secret),))
    return _entry(_read(readers.table(value), APP_KEYS))


def webhook(value: object) -> Webhook:
    """Read a webhook, which is a URL or a table."""
    if isinstance(value, str):
        return Webhook(url=readers.url(value))
    values = _read(readers.table(value), WEBHOOK_KEYS)
    if "url" not in values:
        raise WrongValue("it has no url, to which its notices are posted")
    return Webhook(**values)


def limit(value: object) -> tuple[str, int]:
    """Read ``NAME=NUMBER``, or the pair of a file."""
    name, number = value if isinstance(value, tuple) else readers.text(value).partition("=")[::2]
    try:
        if name not in LIMITS:
            raise WrongValue(f"it {not_known(name, LIMITS)}")
        return name, readers.count(number)
    except WrongValue as error:
        raise error.under(f".{name}") from None


def check_unique(apps: Iterable[App]) -> None:
    """
    Raises:
        WrongValue: Two apps have one id or one key.
    """
    ids: set[str] = set()
    keys: set[str] = set()
    for app in apps:
        if app.id in ids:
            raise WrongValue(f"two apps have the id {app.id!r}: give each its own")
        ids.add(app.id)
        for credential in app.credentials:
            if credential.key in keys:
                raise WrongValue(f"the key {credential.key!r} is given twice: give each app its own")
            keys.add(credential.key)


def new_app() -> str:
    """An app with a key and a secret that nobody has."""
    return f"1:{token_hex(10)}:{token_hex(20)}"


def _entry(values: Mapping[str, Any]) -> AppEntry:
    if "id" not in values:
        raise WrongValue('it has no id: add one, such as id = "1"')
    return AppEntry(
        id=values["id"],
        credentials=_credentials_of(values),
        limits=values.get("limits", {}),
        switches={name: values[name] for name in SWITCHES if name in values},
        webhooks=values.get("webhooks"),
    )


def _credentials_of(values: Mapping[str, Any]) -> tuple[Credential, ...]:
    """The credentials, the one that signs first."""
    own = values.keys() & {"key", "secret"}
    if len(own) == 1:
        missing = ({"key", "secret"} - own).pop()
        raise WrongValue(f"it has no {missing}: key and secret go together")
    first = (Credential(values["key"], values["secret"]),) if own else ()
    credentials: tuple[Credential, ...] = first + values.get("credentials", ())
    if not credentials:
        raise WrongValue(
            "it has no key and secret: add them, such as those that the command without apps shows"
        )
    return credentials


def _credential(value: object) -> Credential:
    values = _read(readers.table(value), {"key": _name, "secret": readers.text})
    if len(values) != 2:
        raise WrongValue("it wants a key and a secret")
    return Credential(**values)


def _name(value: object) -> str:
    """An id or a key: it stands in paths."""
    name = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise WrongValue("an id and a key are letters, digits and _ . -, like 1 and app-key")
    return name


def _notices(value: object) -> frozenset[str]:
    names = [readers.text(name) for name in readers.items(value)]
    for name in names:
        if name not in NOTICE_NAMES:
            raise WrongValue(f"{name!r} {not_known(name, NOTICE_NAMES)}")
    return frozenset(names)


def _each(read: Reader) -> Reader:
    """The reader of an array whose items ``read`` reads."""

    def read_all(value: object) -> tuple[Any, ...]:
        return tuple(read_items(readers.items(value), read))

    return read_all


def read_items(values: Iterable[object], read: Reader) -> Iterator[Any]:
    for index, value in enumerate(values):
        try:
            yield read(value)
        except WrongValue as error:
            raise error.under(f"[{index}]") from None


def _read(values: Mapping[str, object], readers_by_key: Mapping[str, Reader]) -> dict[str, Any]:
    """Read a table; a key that nobody knows is an error, since it would do nothing."""
    read = {}
    for key, value in values.items():
        try:
            if key not in readers_by_key:
                raise WrongValue(f"it {not_known(key, readers_by_key)}")
            read[key] = readers_by_key[key](value)
        except WrongValue as error:
            raise error.under(f".{key}") from None
    return read


#: The keys of an app that it has from the options for all apps, where it says nothing itself.
SWITCHES: Mapping[str, Reader] = {
    "client_events": readers.switch,
    "subscription_counts": readers.switch,
    "activity_timeout": readers.count,
    "authorization_timeout": readers.seconds_or_off,
    "enabled": readers.switch,
}

APP_KEYS: Mapping[str, Reader] = {
    "id": _name,
    "key": _name,
    "secret": readers.text,
    "credentials": _each(_credential),
    "limits": lambda value: dict(map(limit, readers.items(value))),
    "webhooks": _each(webhook),
    **SWITCHES,
}

WEBHOOK_KEYS: Mapping[str, Reader] = {"url": readers.url, "notices": _notices, "batch": readers.switch}
