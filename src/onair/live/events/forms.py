"""The forms of handlers: in the page from the beginning, bound to what was posted, and their errors."""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from onair.live.events.declaring import Handler, handlers_of


def bind(view: Any, handler: Handler, request: HttpRequest) -> BaseForm:
    """Return the handler's form with what was posted."""
    assert handler.form is not None
    form: BaseForm = handler.form(
        data=request.POST, files=request.FILES, **view.get_event_form_kwargs(handler)
    )
    return form


def errors_of(form: BaseForm) -> dict[str, list[str]]:
    """Return the messages of each field by its name in HTML; those of the whole form by ``""``."""
    return {
        (form.add_prefix(name) if name in form.fields else ""): [str(message) for message in messages]
        for name, messages in form.errors.items()
    }


def context_of(view: Any, bound: dict[str, BaseForm]) -> dict[str, Any]:
    """Return the forms of a view for its template: each as ``METHOD_form``, the only one as ``form`` too.

    They are made when the template comes to them.

    Args:
        bound: those that were posted and are not valid, by the name of their method.
    """
    handlers = {handler.method: handler for handler in handlers_of(type(view)) if handler.form is not None}
    forms = {method: bound.get(method) or _unbound(view, handler) for method, handler in handlers.items()}
    context: dict[str, Any] = {f"{method}_form": form for method, form in forms.items()}
    if len(forms) == 1:
        context["form"] = next(iter(forms.values()))
    return context


def _unbound(view: Any, handler: Handler) -> Any:
    assert handler.form is not None
    make = handler.form
    return SimpleLazyObject(lambda: make(**view.get_event_form_kwargs(handler)))
