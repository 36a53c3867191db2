"""Who a connection is signed in as: the user who has logged in, and whose coming and going it is told."""

from __future__ import annotations

import logging

from django.http import HttpRequest

from onair import conf
from onair.authorization.decide import Refused, refuse_inactive, refuse_nobody
from onair.authorization.members import user_data
from onair.authorization.refusal_log import RefusalLog
from onair.authorization.watchlist import watchlists

logger = logging.getLogger("onair.authorization")
excess = RefusalLog()


def user_data_of(request: HttpRequest) -> str | Refused:
    """Return the ``user_data`` that signs the user of a request in, or why nobody can be signed in.

    What goes wrong in the site's watchlist is logged, and the user signed in without one.
    """
    user = getattr(request, "user", None)
    refused = refuse_inactive(user) or refuse_nobody(user, "Nobody has logged in.", "Log in first.")
    return refused or user_data(user, _watchlist(request))


def _watchlist(request: HttpRequest) -> list[str]:
    limit = conf.app().limits.watchlist
    try:
        ids = watchlists.of(request)
    except Exception:
        logger.exception("%s failed: the user watches nobody.", watchlists)
        return []
    if len(ids) > limit:
        excess.warning(
            watchlists,
            "%s has %d users: the first %d are watched. Return those that matter most, or raise "
            'ONAIR["MAX_WATCHLIST"].',
            watchlists,
            len(ids),
            limit,
        )
    return ids[:limit]
