"""The system checks of models that announce their changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage

from onair.broadcasting.broadcast import Broadcast
from onair.broadcasting.registry import registry
from onair.payloads import looks_secret

BAD_SERIALIZER = "onair.E070"
SECRETS_ANNOUNCED = "onair.W071"


def check_serializers(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say of models whose serializer cannot be imported, or is none."""
    return [
        checks.Error(
            f"{broadcast.label} cannot be announced: {mistake}.",
            hint="@onair.broadcasts(serializer=…) takes the class of a serializer, or its dotted path.",
            obj=broadcast.model,
            id=BAD_SERIALIZER,
        )
        for broadcast in registry
        if (mistake := _mistake_of_serializer(broadcast))
    ]


def check_announced_fields(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say of models that announce fields whose names look secret."""
    return [
        checks.Warning(
            f"{broadcast.label} announces {', '.join(secrets)} to every reader of its channels.",
            hint="These names look secret. Take them out of @onair.broadcasts(fields=…).",
            obj=broadcast.model,
            id=SECRETS_ANNOUNCED,
        )
        for broadcast in registry
        if (secrets := sorted(filter(looks_secret, broadcast.payload_fields)))
    ]


def _mistake_of_serializer(broadcast: Broadcast) -> str | None:
    try:
        serializer = broadcast.serializer()
    except ImportError as error:
        return str(error)
    if serializer is None or hasattr(serializer, "data"):
        return None
    return f"{serializer!r} is no serializer"
