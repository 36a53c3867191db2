"""The rule that a refused channel lacks, guessed from its name, as code to copy."""

from __future__ import annotations

import keyword
import re
from collections import Counter

from onair.authorization.permission import view_permission
from onair.model_channels import ModelChannel, read
from onair.protocol.names import kind_of

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_WORD = re.compile(rf"{_UUID}(?![A-Za-z0-9=])|[A-Za-z0-9=]+")


def guess_pattern(channel: str) -> str:
    """Return the pattern that a channel's name seems to have: every word with a digit is a placeholder.

    ``private-room-7`` seems to be one of ``private-room-{room_id}``.
    """
    prefix = kind_of(channel).prefix
    words: list[str] = []
    taken: Counter[str] = Counter()

    def replace(word: re.Match[str]) -> str:
        if not any(character.isdigit() or character == "=" for character in word[0]):
            words.append(word[0])
            return word[0]
        name = f"{words[-1].lower()}_id" if words else "key"
        taken[name] += 1
        return f"{{{name}}}" if taken[name] == 1 else f"{{{name}_{taken[name]}}}"

    return prefix + _WORD.sub(replace, channel.removeprefix(prefix))


def rule_to_write(channel: str) -> str:
    """Return the rule that would decide for a channel, as Python code that lets nobody in yet."""
    pattern = guess_pattern(channel)
    parameters = re.findall(r"\{(\w+)\}", pattern)
    return (
        f'@onair.authorize("{pattern}")\n'
        f"def {_function_name(pattern)}({', '.join(['request', *parameters])}):\n"
        "    return False  # say here who may join"
    )


def remedy(channel: str) -> str:
    """Return what lets users join a channel for which there is neither a rule nor a grant."""
    ways = [f"write a rule in an app's onair_rules.py:\n\n{rule_to_write(channel)}"]
    models = read(channel)
    if len(models) == 1:
        ways.insert(0, f"give the user the permission {view_permission(models[0].model)}")
    return "To let users join, " + ", or ".join(ways)


def name_of(channel: ModelChannel) -> str:
    """Return how a model's channel is written without doubt about the model, like ``news.article.7``."""
    label = f"{channel.model._meta.app_label}.{channel.model._meta.model_name}"
    return label if channel.key is None else f"{label}.{channel.key}"


def _function_name(pattern: str) -> str:
    literal = re.sub(r"\{\w+\}", "", pattern.removeprefix(kind_of(pattern).prefix))
    name = "_".join(re.findall(r"[A-Za-z]+", literal)).lower() or "channel"
    return f"{name}_" if keyword.iskeyword(name) else name
