from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model


class Colleague(forms.ModelChoiceField):
    """A journalist, by full name."""

    def label_from_instance(self, journalist: Any) -> str:
        return journalist.get_full_name()


class NoteForm(forms.Form):
    """A note to another journalist's desk."""

    prefix = "note"

    to = Colleague(queryset=None, empty_label=None)
    text = forms.CharField(label="Note", max_length=200)

    def __init__(self, sender: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = get_user_model().objects.exclude(pk=sender.pk)
