"""What a handler returns, as the answer of its request: JSON for a script, a page for a plain form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse

from onair.live.events.declaring import Handler
from onair.live.events.responses import Op, RTResponse, as_answer


def steps_of(returned: Any, handler: Handler) -> RTResponse | HttpResponseBase:
    """Return what a handler has returned as one response: one of steps, or any other as it is.

    Raises:
        TypeError: a handler returns none of them.
    """
    match returned:
        case None:
            return _joined([])
        case RTResponse():
            return _joined([returned])
        case HttpResponseBase():
            return returned
        case list() | tuple() if all(isinstance(each, RTResponse) for each in returned):
            return _joined(returned)
    raise TypeError(
        f"The event handler {handler.method} returns {type(returned).__name__}. Return None, an RTResponse, "
        "a list of them, or another HttpResponse; text is shown by RTResponse('#result', text)."
    )


def _joined(responses: list[RTResponse] | tuple[RTResponse, ...]) -> RTResponse:
    """Return one response for several, with the cookies and headers of all."""
    joined = RTResponse._of([op for response in responses for op in response.ops])
    for response in responses:
        joined.cookies.update(response.cookies)
        for name, value in response.items():
            joined[name] = value
    return joined


def for_script(
    request: HttpRequest, response: HttpResponseBase, patches: Callable[[], list[Any]]
) -> HttpResponseBase:
    """Return the answer that the page's script reads, with what changed in the regions of its page.

    Args:
        patches: gives the changes; a page that is left is not told.
    """
    if isinstance(response, RTResponse):
        answer: HttpResponse = response
        content = as_answer(_left_for_next_page(request, response.ops))
    elif 300 <= response.status_code < 400 and "Location" in response:
        # A script that follows a redirect would get the page, and could not open it.
        content = {"ops": [], "redirect": response["Location"]}
        answer = JsonResponse(content)
        answer.cookies.update(response.cookies)
    else:
        return response
    if "redirect" not in content:
        content["patches"] = patches()
    answer.content = JsonResponse(content).content
    return answer


def for_form(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return the answer to a plain form: the page again by GET, or the one that the handler names."""
    if not isinstance(response, RTResponse):
        return response
    to = as_answer(response.ops).get("redirect", request.get_full_path())
    _leave_messages(request, response.ops)
    answer = HttpResponseRedirect(to)
    answer.status_code = 303
    answer.cookies.update(response.cookies)
    return answer


def _left_for_next_page(request: HttpRequest, ops: list[Op]) -> list[Op]:
    """Return the steps of this page; toasts would be gone with it, and are messages of the next one."""
    if not any(op[0] == "redirect" for op in ops):
        return ops
    _leave_messages(request, ops)
    return [op for op in ops if op[0] != "toast"]


def _leave_messages(request: HttpRequest, ops: list[Op]) -> None:
    for op in ops:
        if op[0] == "toast":
            _, text, level = op
            messages.add_message(request, messages.DEFAULT_LEVELS[level.upper()], text, fail_silently=True)
