"""``ONAIR["WEBHOOKS"]``: where notices are posted, and which of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from onair.exceptions import ConfigurationError
from onair.protocol.app import Webhook
from onair.protocol.notices import NOTICE_NAMES

_HOW = (
    'Each is an address, or a dictionary like {"url": "https://example.com/hook", '
    '"notices": ["member_added", "member_removed"], "batch": True}, of which only "url" is needed.'
)

_KEYS = {"url", "notices", "batch"}


def read(given: Sequence[str | Mapping[str, Any]] | None) -> tuple[Webhook, ...]:
    """Return the webhooks that the setting means.

    Raises:
        ConfigurationError: one of them cannot be understood.
    """
    if given is not None and not isinstance(given, list | tuple):
        raise ConfigurationError(f'ONAIR["WEBHOOKS"] is no list. {_HOW}')
    return tuple(
        _webhook(f'ONAIR["WEBHOOKS"][{index}]', {"url": one} if isinstance(one, str) else one)
        for index, one in enumerate(given or ())
    )


def _webhook(name: str, given: Mapping[str, Any]) -> Webhook:
    unknown = sorted(map(str, given.keys() - _KEYS))
    if unknown:
        raise ConfigurationError(f"{name} has the unknown key {unknown[0]!r}. {_HOW}")
    url, notices, batch = given.get("url"), given.get("notices", NOTICE_NAMES), given.get("batch", True)
    if not isinstance(url, str):
        raise ConfigurationError(f'{name} has no "url". {_HOW}')
    if not isinstance(batch, bool) or not _are_names(notices):
        raise ConfigurationError(f'{name}: "notices" is a list of names, and "batch" True or False. {_HOW}')
    try:
        return Webhook(url=url, notices=frozenset(notices), batch=batch)
    except ValueError as error:
        raise ConfigurationError(f"{name}: {error}.") from None


def _are_names(value: Any) -> bool:
    return isinstance(value, list | tuple | set | frozenset) and all(isinstance(name, str) for name in value)
