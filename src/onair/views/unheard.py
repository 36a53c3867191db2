"""A tag that listens where no view speaks: nothing else would say so, hence the developer is told."""

from __future__ import annotations

import logging

from django.conf import settings as django_settings
from django.db.models import Model

from onair.views.pusherable import channel_of
from onair.views.urlconf import RoutedView, pusher_views

logger = logging.getLogger("onair.views")

#: The name of the model, and whether the tag is private: what has been told in this process.
_told: set[tuple[str, bool]] = set()


def warn_if_unheard(instance: Model, channel: str) -> None:
    """Log, with DEBUG and once for a model, that its views speak on the other one of its two channels.

    A page whose view has no ``pusher_private`` listens as the settings say; the view that speaks of the same
    objects may say otherwise.

    Args:
        instance: the object of the tag.
        channel: what the tag listens to.
    """
    if not django_settings.DEBUG:
        return
    private = channel == channel_of(instance, True)
    told = (str(instance._meta.model_name), private)
    if told in _told or channel != channel_of(instance, private):
        return
    speakers = _speakers(instance)
    if speakers and all(view.is_public == private for view in speakers):
        _told.add(told)
        logger.warning(
            "{%% pusherable_subscribe %%} listens to %s and will hear nothing there: %s speaks on %s. Write "
            'private=%s in the tag, or set ONAIR = {"PUSHERABLE_PRIVATE": %s}, for views and tags alike.',
            channel,
            speakers[0],
            channel_of(instance, not private),
            not private,
            not private,
        )


def _speakers(instance: Model) -> list[RoutedView]:
    """Return the views that speak of such objects on a channel that is named after the model."""
    return [
        view
        for view in pusher_views()
        if view.is_named_by_model
        and view.model is not None
        and view.model._meta.model_name == instance._meta.model_name
    ]
