"""The endpoint where a page exchanges its token for the channels of its regions.

JSON ``{"token": …, "socket_id": …, "regions": {ID: DIGEST}}`` → ``{"regions": {ID: ANSWER}, "token": …}``,
or 403 ``{"error": …}``. An answer is ``{"channel": …, "auth": …}``, or says why there is none:
``{"denied": true}``; ``{"stale": true}`` where the site failed; ``{"gone": true}`` where the page has no such
region any more.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse

from onair.live import tokens
from onair.live.rendering import process
from onair.live.rendering.exchange import Asking
from onair.live.rendering.viewer import Address, Viewer
from onair.live.templating.page import MAX_REGIONS
from onair.views.asking import BadAsking, Fields, endpoint

HOW_TO_ASK = 'POST the JSON {"token": …, "socket_id": "1.2", "regions": {"ID": "DIGEST"}}, as onair.js does.'

#: How long a region's id, and a digest, may be.
_MAX_LENGTH = 200


@endpoint(HOW_TO_ASK)
def live(request: HttpRequest, fields: Fields) -> JsonResponse:
    """Answer which channels a page's regions have, for the user of this request."""
    token, socket_id = fields.text("token"), fields.socket_id()
    regions = _read_regions(fields.values.get("regions"))
    try:
        data = tokens.read(token, request)
    except tokens.BadPageToken as error:
        return JsonResponse({"error": str(error)}, status=403)
    asking = Asking(
        Address(*data["at"]),
        Viewer.of(request, tokens.user_of(request), tokens.session_of(request)),
        socket_id,
        regions,
    )
    answers = process.exchange(asking)
    return JsonResponse({"regions": answers, "token": tokens.renewed(data)})


def _read_regions(given: Any) -> dict[str, str]:
    if not isinstance(given, dict) or len(given) > MAX_REGIONS:
        raise BadAsking(f'"regions" is not an object of at most {MAX_REGIONS} regions. {HOW_TO_ASK}')
    for region, digest in given.items():
        if not isinstance(digest, str) or len(region) > _MAX_LENGTH or len(digest) > _MAX_LENGTH:
            raise BadAsking(f"{region[:80]!r} is no region with a digest. {HOW_TO_ASK}")
    return given
