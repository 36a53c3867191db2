"""Model instances as a live template sees them: each field that it reads is reported."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any

from django.core.paginator import Page as PaginatedPage
from django.db.models import ForeignObjectRel, Manager, Model, QuerySet
from django.db.models.fields.related import ForeignObject
from django.db.models.query import ModelIterable

from onair.live.reading import recorder as reading
from onair.live.templating.visitor import unlazy


class _Shown(Enum):
    """What reading an attribute of an instance shows of its row."""

    COLUMN = "column"
    RELATED = "related"
    ROW = "row"
    KEY = "key"
    NOTHING = "nothing"


#: Attributes that may be instances themselves, or lists of them.
_MAY_BE_INSTANCES = frozenset({_Shown.RELATED, _Shown.ROW})


class RTModelProxy:
    """A model instance in a live template.

    It behaves like the instance, which is its ``_wrapped``. A field that is read through it is reported to
    whoever records what the page reads; a method or a property may read anything of the row.
    """

    __slots__ = ("__weakref__", "_wrapped")

    _wrapped: Model

    def __init__(self, instance: Model) -> None:
        object.__setattr__(self, "_wrapped", unwrapped(instance))

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # what isinstance() asks
        return type(self._wrapped)

    def __getattr__(self, name: str) -> Any:
        instance = self._wrapped
        # Not type(): the request's user is behind something lazy, which notes that it is looked at.
        shown, column = _shown_by(instance.__class__, name)
        if shown is not _Shown.NOTHING:
            _report(instance, column)
        value = getattr(instance, name)
        return wrap(value) if shown in _MAY_BE_INSTANCES else value

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._wrapped, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._wrapped, name)

    def __str__(self) -> str:
        _report(self._wrapped, None)
        return text_of(self._wrapped)

    def __repr__(self) -> str:
        _report(self._wrapped, None)
        return repr(self._wrapped)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        _report_key(self._wrapped)
        return bool(self._wrapped == unwrapped(other))

    def __hash__(self) -> int:
        return hash(self._wrapped)

    def __lt__(self, other: object) -> bool:
        _report(self._wrapped, None)
        return bool(self._wrapped < unwrapped(other))

    def __le__(self, other: object) -> bool:
        _report(self._wrapped, None)
        return bool(self._wrapped <= unwrapped(other))

    def __gt__(self, other: object) -> bool:
        _report(self._wrapped, None)
        return bool(self._wrapped > unwrapped(other))

    def __ge__(self, other: object) -> bool:
        _report(self._wrapped, None)
        return bool(self._wrapped >= unwrapped(other))

    def __len__(self) -> int:
        _report(self._wrapped, None)
        return len(self._wrapped)  # type: ignore[arg-type] # raises TypeError as the instance does

    def __contains__(self, item: object) -> bool:
        _report(self._wrapped, None)
        return item in self._wrapped  # type: ignore[operator] # raises TypeError, too

    def __bool__(self) -> bool:
        return bool(self._wrapped)

    def __getitem__(self, key: object) -> Any:
        # A template asks so for every attribute first: of an instance without items, that shows nothing.
        if hasattr(self._wrapped.__class__, "__getitem__"):
            _report(self._wrapped, None)
        return self._wrapped[key]  # type: ignore[index] # raises TypeError as the instance does

    def __iter__(self) -> Iterator[Any]:
        _report(self._wrapped, None)
        return iter(self._wrapped)  # type: ignore[call-overload,no-any-return] # raises TypeError, too

    def __reduce_ex__(self, protocol: object) -> Any:
        raise TypeError(
            "An RTModelProxy belongs to one rendering of a page, and is not pickled or cached. Keep its "
            "instance: proxy._wrapped."
        )


def unwrapped(value: Any) -> Any:
    """Return the instance behind a proxy, anything else as it is."""
    return object.__getattribute__(value, "_wrapped") if type(value) is RTModelProxy else value


def wrap(value: Any) -> Any:
    """Return what a live template gets for a value: proxies for instances and lists of them.

    A queryset gets no rows here, nor does a page of a paginator: the tags that go through them do.
    """
    if type(value) is RTModelProxy:
        return value
    if isinstance(value, Model):
        return RTModelProxy(value)
    if type(value) in (list, tuple) and value and all(isinstance(one, Model) for one in value):
        return type(value)(RTModelProxy(one) for one in value)
    return value


def is_live(value: Any) -> bool:
    """Whether a value is the database's, so that what is written of it may change."""
    if type(value) in (list, tuple):
        return bool(value) and type(value[0]) is RTModelProxy
    return type(value) is RTModelProxy or isinstance(value, QuerySet | Manager)


def rows_of(value: Any) -> Sequence[Any] | None:
    """Return the rows of what a template goes through, as proxies; None where they are no instances."""
    if isinstance(value, Manager):
        value = value.all()
    if isinstance(value, PaginatedPage):
        return rows_of(value.object_list)
    if isinstance(value, QuerySet):
        if not issubclass(value._iterable_class, ModelIterable):
            return None
        return [RTModelProxy(instance) for instance in reading.fetch(value)]
    if type(value) in (list, tuple) and value and all(isinstance(one, Model) for one in value):
        return [RTModelProxy(one) for one in value]
    return None


def text_of(instance: Model) -> str:
    """Return how an instance is written. Python 2's ``__unicode__`` counts where there is no ``__str__``."""
    write: Callable[[Model], str] | None = getattr(type(instance), "__unicode__", None)
    if write is not None and type(instance).__str__ is Model.__str__:
        return write(instance)
    return str(instance)


def _report(instance: Model, column: str | None) -> None:
    recorder = reading.current()
    if recorder is not None:
        is_lazy = type(instance) is not instance.__class__
        recorder.instance(unlazy(instance) if is_lazy else instance, column)


def _report_key(instance: Model) -> None:
    _report(instance, instance._meta.pk.attname)


@lru_cache(maxsize=4096)
def _shown_by(model: type[Model], name: str) -> tuple[_Shown, str | None]:
    """Return what reading an attribute shows, and which column that is."""
    if name in ("_meta", "_state", "DoesNotExist", "MultipleObjectsReturned", "objects"):
        return _Shown.NOTHING, None
    key = model._meta.pk.attname
    if name == "pk":
        return _Shown.KEY, key
    for field in model._meta.get_fields():
        if isinstance(field, ForeignObjectRel):
            if field.get_accessor_name() == name:
                return (_Shown.RELATED if field.one_to_one else _Shown.KEY), key
        elif field.many_to_many or field.concrete:
            if name == field.name and isinstance(field, ForeignObject):
                return _Shown.RELATED, field.attname
            if name == field.name and field.many_to_many:
                return _Shown.KEY, key
            if name in (field.name, field.attname) or name == f"get_{field.name}_display":
                return _Shown.COLUMN, field.attname
    return _Shown.ROW, None
