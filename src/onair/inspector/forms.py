"""The form that sends an event."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from onair.exceptions import BadEvent
from onair.publishing import event as events


class SendForm(forms.Form):
    """An event for one channel or several."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    channels = forms.CharField(
        label=_("Channels"),
        help_text=_("Several are separated by blanks."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label=_("Event"), widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )
    payload = forms.JSONField(
        label=_("Data, as JSON"),
        required=False,
        initial=dict,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )

    def clean_channels(self) -> tuple[str, ...]:
        """Return the channels' names."""
        try:
            return events.check_channels(self.cleaned_data["channels"].split())
        except BadEvent as error:
            raise ValidationError(str(error)) from error

    def clean_name(self) -> str:
        """Return the event's name."""
        name: str = self.cleaned_data["name"]
        try:
            events.check_name(name)
        except BadEvent as error:
            raise ValidationError(str(error)) from error
        return name

    def clean_payload(self) -> Any:
        """Return the data; nothing is an empty object, as in Pusher's libraries."""
        data = self.cleaned_data["payload"]
        return {} if data is None else data
