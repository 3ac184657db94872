"""The form of a column of one's own: its name, and its conditions, a line each."""

from typing import Any

from django import forms

from postroom.association.conditions import KINDS
from postroom.association.steps import why_unusable
from postroom.team.models import InboxColumn
from postroom.web.step_lines import Lines, steps_of

CONDITIONS = Lines(KINDS, "Condition", 3)
NO_CONDITION = "Choose a condition, or the column would be the whole inbox."


class ColumnForm(forms.Form):
    """A column of one's own."""

    name = forms.CharField(
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Give the column a name."},
    )
    needs_all = forms.ChoiceField(
        label="It has mail of which",
        choices=(("all", "all of these are so"), ("any", "any of these is so")),
    )
    is_shown = forms.BooleanField(required=False, initial=True, label="Show it in the inbox")

    def __init__(self, column: InboxColumn, typed: Any = None) -> None:
        super().__init__(typed, initial=initial_of(column) if column.pk else None)
        self.column = column
        self.lines = CONDITIONS.of("conditions", column.conditions, typed)
        self.wrong = ""

    def is_understood(self) -> bool:
        """Put what was written into the column; False, with the reason, when it is no use."""
        if not all([self.is_valid(), *(line.is_valid() for line in self.lines)]):
            return False
        steps = steps_of(self.lines)
        self.wrong = why_unusable(steps, KINDS) or ("" if steps else NO_CONDITION)
        self.column.name = " ".join(self.cleaned_data["name"].split())
        self.column.needs_all = self.cleaned_data["needs_all"] == "all"
        self.column.is_shown = self.cleaned_data["is_shown"]
        self.column.conditions = list(steps)
        return not self.wrong


def initial_of(column: InboxColumn) -> dict[str, object]:
    """A column as the form shows it."""
    return {
        "name": column.name,
        "needs_all": "all" if column.needs_all else "any",
        "is_shown": column.is_shown,
    }
