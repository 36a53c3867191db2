from __future__ import annotations

from multiprocessing import get_context

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

import onair


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"the site's page at {request.path}")


def publish(request: HttpRequest) -> HttpResponse:
    onair.publish("news", "said", {"by": "view"})
    return HttpResponse("published")


def publish_in_a_fork(request: HttpRequest) -> HttpResponse:
    """Publish from a child that is forked of this process, as the workers of a pool are."""
    child = get_context("fork").Process(target=onair.publish, args=("news", "said", {"by": "fork"}))
    child.start()
    child.join()
    return HttpResponse("forked")


def told(request: HttpRequest) -> JsonResponse:
    """Everything that the receivers of the signals have written, in its order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, channel, user_id, pid FROM told ORDER BY id")
        return JsonResponse({"told": cursor.fetchall()})
