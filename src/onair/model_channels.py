"""The names of a model's own channels, written and read.

``private-news.article`` is for all of a model, ``private-news.article.7`` for one object of it, and
``private-article_7`` is django-pusherable's name for the same. Each may be a ``presence-`` channel as well.
In an object's key, what a channel's name cannot hold is written ``=XX``, one for each byte of its UTF-8.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model

PRIVATE = "private-"
PRESENCE = "presence-"

# The channel's characters (P-NAME) less the one that escapes.
_PLAIN = re.compile(rb"[A-Za-z0-9_\-@,.;]")
_UNIT = re.compile(r"=([0-9A-F]{2})|([A-Za-z0-9_\-@,.;])")


class BadKey(ValueError):
    """A text is not what :func:`encode_key` makes of any key."""


@dataclass(frozen=True, slots=True)
class ModelChannel:
    """What the name of a channel says: a model, and the key of one object or None for all of them."""

    model: type[Model]
    key: str | None = None


def encode_key(key: object) -> str:
    """Write the text of a key in the characters that a channel's name may have.

    Different keys stay different, and a key that needs no escaping stays as it is.
    """
    # A lone surrogate cannot come from a database; it must not raise either.
    data = str(key).encode("utf-8", "surrogatepass")
    units = (data[at : at + 1] for at in range(len(data)))
    return "".join(unit.decode() if _PLAIN.fullmatch(unit) else f"={unit[0]:02X}" for unit in units)


def decode_key(text: str) -> str:
    """Read what :func:`encode_key` wrote.

    Raises:
        BadKey: no key is written like that; each key is written in one way alone.
    """
    if _UNIT.sub("", text):
        raise BadKey(f"{text!r} has characters that encode_key does not write.")
    data = b"".join(bytes.fromhex(unit[1]) if unit[1] else unit[2].encode() for unit in _UNIT.finditer(text))
    try:
        key = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadKey(f"{text!r} is not UTF-8: {error}.") from None
    if encode_key(key) != text:
        raise BadKey(f"{text!r} is not how encode_key writes {key!r}.")
    return key


def channel_of(target: Model | type[Model], prefix: str = PRIVATE) -> str:
    """Return the channel of a model or of one object, like ``private-news.article.7``."""
    if isinstance(target, type):
        return f"{prefix}{target._meta.app_label}.{target._meta.model_name}"
    return object_channel(type(target), target.pk, prefix)


def object_channel(model: type[Model], key: object, prefix: str = PRIVATE) -> str:
    """Return the channel of the object of a model that has this key."""
    return f"{channel_of(model, prefix)}.{encode_key(key)}"


def pusherable_channel_of(instance: Model, prefix: str = "") -> str:
    """Return django-pusherable's channel of an object, like ``article_7``; public without a prefix."""
    return f"{prefix}{instance._meta.model_name}_{encode_key(instance.pk)}"


def read(channel: str) -> list[ModelChannel]:
    """Return what the name of a channel may mean as a model's: nothing, one thing, or several.

    Several is django-pusherable's name where two models share theirs.
    """
    for prefix in (PRIVATE, PRESENCE):
        if channel.startswith(prefix):
            name = channel.removeprefix(prefix)
            return [*_read_dotted(name), *_read_pusherable(name)]
    return []


def _read_dotted(name: str) -> Iterator[ModelChannel]:
    app_label, *rest = name.split(".", 2)
    if not rest:
        return
    model = _find_model(app_label, rest[0])
    if model is None:
        return
    if len(rest) == 1:
        yield ModelChannel(model)
    else:
        yield from _with_key(model, rest[1])


def _read_pusherable(name: str) -> Iterator[ModelChannel]:
    """Try every underscore: a model's name may have some, and so may a key."""
    models = defaultdict(list)
    for model in apps.get_models():
        models[model._meta.model_name].append(model)
    for underscore in re.finditer("_", name):
        for model in models.get(name[: underscore.start()], ()):
            yield from _with_key(model, name[underscore.end() :])


def _find_model(app_label: str, model_name: str) -> type[Model] | None:
    try:
        model = apps.get_model(app_label, model_name)
    except LookupError:
        return None
    return model if model._meta.model_name == model_name else None


def _with_key(model: type[Model], text: str) -> Iterator[ModelChannel]:
    try:
        key = decode_key(text)
    except BadKey:
        return
    if key:
        yield ModelChannel(model, key)
