"""A variable that is a column of a row, as ``{{ ticket.title }}`` is: it is looked up at once.

Django asks a row for an item of that name before it asks for the attribute, and whether it can be called
afterwards. Of a column both answers are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any, Final

from django.db.models import ForeignKey, Model
from django.db.models.fields.related_descriptors import (
    ForeignKeyDeferredAttribute,
    ForwardManyToOneDescriptor,
)
from django.db.models.query_utils import DeferredAttribute
from django.template.base import FilterExpression, Variable, render_value_in_context

from onair.live.reading import recorder as reading

if TYPE_CHECKING:
    from onair.live.templating.context import RTContext

#: What stands for a variable that only Django can resolve.
UNKNOWN: Final = object()

#: The descriptors that give what the instance's dictionary has. Those of other fields may make it.
_IN_THE_INSTANCE = (DeferredAttribute, ForeignKeyDeferredAttribute)


def text_of_column(expression: FilterExpression, context: RTContext) -> str | None:
    """Return what a variable writes that is a column of a row, None where Django is to find out.

    The column is reported to whoever records.
    """
    variable = expression.var
    if expression.filters or type(variable) is not Variable or variable.translate:
        return None
    names = variable.lookups
    if names is None or len(names) == 1:
        return None
    instance = context.row(names[0])
    value = UNKNOWN if instance is None else _column(instance, names[1:])
    if value is UNKNOWN:
        return None
    if type(value) is str and context.autoescape:
        return escape(value)
    return render_value_in_context(value, context)


def _column(instance: Model, names: Sequence[str]) -> Any:
    """Return a column of a row, or of one that is loaded with it."""
    recorder = reading.current()
    value: Any = instance
    for name in names:
        column, is_related = _looked_up(type(value), name)  # type: ignore[arg-type] # a class has a hash
        if column is None:
            return UNKNOWN
        fields = value._state.fields_cache if is_related else value.__dict__
        found = fields.get(name if is_related else column, UNKNOWN)
        if found is UNKNOWN:
            return UNKNOWN
        if recorder is not None:
            recorder.instance(value, column)
        value = found
    return UNKNOWN if isinstance(value, Model) or callable(value) else value


@lru_cache(maxsize=4096)
def _looked_up(model: type, name: str) -> tuple[str | None, bool]:
    """Return the column that an attribute of a model shows, and whether it is the row that this refers to.

    No column, where it takes more to read it than to look it up.
    """
    if not issubclass(model, Model) or hasattr(model, "__getitem__"):
        return None, False
    if name == "pk":
        name = model._meta.pk.attname
    described = getattr(model, name, None)
    for field in model._meta.concrete_fields:
        if name == field.attname and type(described) in _IN_THE_INSTANCE:
            return field.attname, False
        if (
            name == field.name
            and isinstance(field, ForeignKey)
            and isinstance(described, ForwardManyToOneDescriptor)
        ):
            return field.attname, True
    return None, False
