from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ImproperlyConfigured

from onair.live.events.declaring import event, fingerprint, handlers_of
from onair.live.events.mixin import EventsMixin


class Base(EventsMixin):
    @event("click", "#b")
    def beta(self, request: Any, x: Any = "#x") -> Any: ...

    @event("keyup change", "#a")
    @event("click", "#a2")
    def alpha(self, request: Any) -> Any: ...


def table(cls: type) -> list[tuple[str, str, str]]:
    return [(handler.method, handler.on, handler.at) for handler in handlers_of(cls)]


ALPHA = [("alpha", "keyup", "#a"), ("alpha", "change", "#a"), ("alpha", "click", "#a2")]


def test_the_table_is_sorted_by_method_and_has_each_decorator_and_each_event() -> None:
    assert table(Base) == [*ALPHA, ("beta", "click", "#b")]


def test_a_subclass_has_the_handlers_of_its_base_and_its_own() -> None:
    class Child(Base):
        @Base.event("input", "#c")
        def aardvark(self, request: Any) -> Any: ...

    assert table(Child) == [("aardvark", "input", "#c"), *table(Base)]
    assert table(Base) == [*ALPHA, ("beta", "click", "#b")]


def test_an_override_without_a_decorator_handles_what_it_overrides() -> None:
    class Child(Base):
        def beta(self, request: Any, x: Any = None) -> Any: ...

    assert table(Child) == table(Base)
    assert handlers_of(Child)[-1].as_data() == {"on": "click", "at": "#b", "gather": {"x": "#x"}}


def test_an_override_with_a_decorator_says_it_anew() -> None:
    class Child(Base):
        @event("dblclick", "#z")
        def beta(self, request: Any) -> Any: ...

    assert table(Child) == [*ALPHA, ("beta", "dblclick", "#z")]


def test_none_in_the_place_of_a_method_handles_nothing() -> None:
    class Child(Base):
        beta = None  # type: ignore[assignment]

    assert table(Child) == ALPHA


def test_a_mixin_that_is_no_view_may_declare() -> None:
    class Mixin:
        @event("click", "#m")
        def mixed(self, request: Any) -> Any: ...

    class Child(Mixin, Base):
        pass

    assert ("mixed", "click", "#m") in table(Child)
    assert table(Mixin) == [("mixed", "click", "#m")]


def test_the_browser_is_told_the_selectors_of_each_keyword() -> None:
    class Form(forms.Form):
        text = forms.CharField()

    class Child(Base):
        @event("submit", "#f", form=Form)
        def form(
            self,
            request: Any,
            form: Any,
            one: Any = "this :input",
            many: Any = (".m",),
            named: Any = {"a": "#a"},  # noqa: B006
            no: Any = None,
        ) -> Any: ...

    (handler,) = [handler for handler in handlers_of(Child) if handler.method == "form"]
    assert handler.as_data() == {
        "on": "submit",
        "at": "#f",
        "gather": {
            "one": ":scope :is(input,select,textarea,button)",
            "many": [".m"],
            "named": {"a": "#a"},
        },
        "form": True,
    }


class Form(forms.Form):
    text = forms.CharField()


def _without_selector(self: Any, request: Any, gathered: Any) -> Any: ...
def _without_request(self: Any) -> Any: ...
def _without_form(self: Any, request: Any) -> Any: ...
def _field_twice(self: Any, request: Any, form: Any, text: Any = "#text") -> Any: ...
def _two_in_a_list(self: Any, request: Any, x: Any = ("#a", "#b")) -> Any: ...
def _empty_dict(self: Any, request: Any, x: Any = {}) -> Any: ...  # noqa: B006
def _jquery(self: Any, request: Any, x: Any = "li:first") -> Any: ...
def _right(self: Any, request: Any) -> Any: ...


@pytest.mark.parametrize(
    ("arguments", "function", "message"),
    [
        (("click", "#a"), _without_selector, "gathered='#gathered'"),
        (("click", "#a"), _without_request, "called with the view and the request"),
        (("submit", "#a", forms.BaseFormSet), _right, "Give the class of one form"),
        (("submit", "#a", "MessageForm"), _right, "Give the class of one form"),
        (("submit", "#a", Form), _without_form, "Add the argument 'form'"),
        (("submit", "#a", Form), _field_twice, r"form.cleaned_data\['text'\]"),
        (("click", "#a"), _two_in_a_list, "A list has one selector"),
        (("click", "#a"), _empty_dict, "a dictionary has names"),
        (("click", "#a"), _jquery, ":first is jQuery's"),
        (("click", "p:visible"), _right, ":visible is jQuery's"),
        (("click", "this"), _right, "Select the elements"),
        (("", "#a"), _right, "names the event ''"),
        (("click()", "#a"), _right, "names the event"),
    ],
)
def test_what_cannot_be_called_as_declared_is_refused_when_the_class_is_made(
    arguments: Any, function: Any, message: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=message) as error:
        event(*arguments)(function)
    assert function.__name__ in str(error.value)


def test_two_methods_for_the_same_event_of_the_same_elements_are_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="in no order"):

        class Child(Base):
            @event("click", "#b")
            def gamma(self, request: Any) -> Any: ...


def test_the_fingerprint_tells_tables_apart_and_not_classes() -> None:
    class Same(Base):
        pass

    class Less(Base):
        beta = None  # type: ignore[assignment]

    assert fingerprint(Same) == fingerprint(Base)
    assert fingerprint(Less) != fingerprint(Base)


def test_the_fingerprint_is_the_same_in_every_process() -> None:
    script = (
        "from onair.live.events.declaring import fingerprint;"
        "from tests.live.events.test_declaring import Base; print(fingerprint(Base))"
    )
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ
            | {
                "DJANGO_SETTINGS_MODULE": "tests.site.settings",
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": os.pathsep.join(sys.path),
            },
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == fingerprint(Base)
