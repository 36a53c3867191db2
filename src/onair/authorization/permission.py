"""A model's private channels follow its ``view`` permission."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_permission_codename
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Model

from onair.model_channels import ModelChannel


def view_permission(model: type[Model]) -> str:
    """Return the name of a model's ``view`` permission, like ``news.view_article``."""
    return f"{model._meta.app_label}.{get_permission_codename('view', model._meta)}"


def may_view(user: Any, channel: ModelChannel) -> bool:
    """Whether a user may see what a channel is of: all of the model, or the object that it names."""
    has_perm = getattr(user, "has_perm", None)
    if has_perm is None:
        return False
    permission = view_permission(channel.model)
    if has_perm(permission):
        return True
    instance = find_object(channel)
    return instance is not None and has_perm(permission, instance)


def find_object(channel: ModelChannel) -> Model | None:
    """Return the object that a channel names, as the model's default manager finds it.

    None where there is none, and where its key is written in another way (``07`` for 7): one object has one
    channel.
    """
    if channel.key is None:
        return None
    try:
        instance: Model = channel.model._default_manager.get(pk=channel.key)
    except (ObjectDoesNotExist, ValidationError, ValueError, TypeError, OverflowError):
        # The key is a stranger's: what the field cannot read is the key of no object.
        return None
    return instance if str(instance.pk) == channel.key else None
