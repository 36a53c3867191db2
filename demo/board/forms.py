"""The board's forms: each takes only what its user may see."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model

from articles.forms import Colleague

from .models import Board, Bulletin, Column, Reminder, Ticket

STEPS = ("left", "right", "up", "down")


class FilterForm(forms.Form):
    """What of the board is shown: it stands in the address."""

    q = forms.CharField(label="Search", required=False, max_length=80)
    assignee = Colleague(
        queryset=None, to_field_name="username", required=False, empty_label="Everybody", label="Whose"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = get_user_model().objects.order_by("first_name")

    def apply(self, tickets: Any) -> Any:
        """Return the tickets that are asked for; what is not understood is left out."""
        self.is_valid()
        if text := self.cleaned_data.get("q"):
            tickets = tickets.filter(title__icontains=text)
        if assignee := self.cleaned_data.get("assignee"):
            tickets = tickets.filter(assignee=assignee)
        return tickets


class TicketForm(forms.ModelForm):
    """A new ticket, which begins in the first column."""

    assignee = Colleague(queryset=None, required=False, empty_label="Nobody yet", label="Whose")

    class Meta:
        model = Ticket
        fields = ["title", "assignee"]
        widgets = {"title": forms.TextInput(attrs={"placeholder": "What is to be written?"})}

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["assignee"].queryset = get_user_model().objects.order_by("first_name")

    def clean_title(self) -> str:
        title = self.cleaned_data["title"]
        if len(title) < 5:
            raise forms.ValidationError("Say a little more: five letters at least.")
        # Of what is restricted no error says that it is there.
        if Ticket.objects.visible_to(self.user).filter(title__iexact=title).exists():
            raise forms.ValidationError("That is on the board already.")
        return title

    def put_on(self, board: Board) -> Ticket:
        """Put the ticket at the end of the board's first column."""
        ticket = self.save(commit=False)
        ticket.move_to(board.columns.first())
        return ticket


class MoveForm(forms.Form):
    """Where a ticket goes: to a column, in front of another ticket or not, as it is dragged; or one step."""

    ticket = forms.ModelChoiceField(Ticket.objects.none(), widget=forms.HiddenInput)
    column = forms.ModelChoiceField(Column.objects.none(), required=False)
    before = forms.ModelChoiceField(Ticket.objects.none(), required=False)
    step = forms.ChoiceField(choices=[(step, step) for step in STEPS], required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tickets = Ticket.objects.visible_to(user).select_related("column")
        self.columns = Column.objects.visible_to(user)
        self.fields["ticket"].queryset = self.fields["before"].queryset = tickets
        self.fields["column"].queryset = self.columns

    def clean(self) -> None:
        values = self.cleaned_data
        if not values.get("ticket"):
            raise forms.ValidationError("This ticket has gone.")
        if values.get("step"):
            values["column"], values["before"] = self._next_to(values["ticket"], values["step"])
        if not values.get("column"):
            raise forms.ValidationError("It cannot go there.")
        if values.get("before") and values["before"].column_id != values["column"].pk:
            values["before"] = None

    def _next_to(self, ticket: Ticket, step: str) -> tuple[Column | None, Ticket | None]:
        """Return the column, and the ticket in front of which it goes; no column where it is at the end."""
        if step in ("left", "right"):
            columns = list(self.columns.filter(board=ticket.column.board_id))
            at = columns.index(ticket.column) + (1 if step == "right" else -1)
            return (columns[at] if 0 <= at < len(columns) else None), None
        tickets = list(ticket.column.tickets.all())
        at = tickets.index(ticket)
        if step == "up":
            return (ticket.column, tickets[at - 1]) if at else (None, None)
        behind = tickets[at + 1 :]
        return (ticket.column if behind else None), (behind[1] if len(behind) > 1 else None)

    def move(self) -> Ticket:
        """Move the ticket."""
        ticket: Ticket = self.cleaned_data["ticket"]
        ticket.move_to(self.cleaned_data["column"], self.cleaned_data["before"])
        return ticket


class ReminderForm(forms.ModelForm):
    class Meta:
        model = Reminder
        fields = ["text"]
        labels = {"text": "Remind yourself"}

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.owner = user


class ForgetForm(forms.Form):
    reminder = forms.ModelChoiceField(Reminder.objects.none(), widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reminder"].queryset = user.reminders.all()


class BulletinForm(forms.ModelForm):
    class Meta:
        model = Bulletin
        fields = ["text"]


class CrowdForm(forms.Form):
    """How many readers come."""

    size = forms.IntegerField(label="Readers", min_value=1, max_value=1_000, initial=1_000)
