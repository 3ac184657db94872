"""What may be written of a note, a task, and a deal beside an email."""

from datetime import date, datetime
from typing import Any, TypeVar

from django import forms
from django.forms.utils import flatatt
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from postroom.crm.deals import DealEntry, currency_in_use, keep_deal
from postroom.crm.models import Deal, Person, Task
from postroom.crm.note import LONGEST_NOTE
from postroom.crm.people import find_person
from postroom.crm.pipeline import first_stage
from postroom.crm.task import LONGEST_TASK
from postroom.crm.tasks import TaskEntry
from postroom.team.models import User
from postroom.team.once_a_page import once_a_page

OFF = {"autocomplete": "off"}
WITH_COLLEAGUES = {
    "hx-get": reverse_lazy("task-colleagues"),
    "hx-trigger": "toggle from:closest details once",
    "hx-target": "this",
    "hx-swap": "beforeend",
    "hx-params": "none",
}


SELECTED = SafeString(" selected")
F = TypeVar("F", bound=forms.Form)


class Menu(forms.Select):
    """A menu of everybody, written at once: a template for each of 200 colleagues takes longer."""

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,
    ) -> SafeString:
        """The same as Django's, of options without groups."""
        chosen = self.format_value(value)
        rows = ((one, SELECTED if str(one) in chosen else "", said) for one, said in self.choices)
        options = format_html_join("", '<option value="{}"{}>{}</option>', rows)
        on_it = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        return format_html("<select{}>{}</select>", on_it, options)


class NoteForm(forms.Form):
    """A text, as it is typed."""

    text = forms.CharField(
        label="Note",
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write something first; an empty note says nothing."},
    )


class TaskForm(forms.Form):
    """What is to be done, until when, and by whom."""

    words = forms.CharField(
        label="Task",
        max_length=LONGEST_TASK,
        widget=forms.TextInput(attrs=OFF),
        error_messages={"required": "Say what is to be done."},
    )
    due_on = forms.DateField(
        label="Due",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Choose the day by which it is to be done.",
            "invalid": "Choose a day, like 2027-01-31.",
        },
    )
    due_time = forms.TimeField(
        label="At",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Choose a time, like 14:30."},
    )
    assignee = forms.ChoiceField(
        label="Who",
        widget=Menu,
        error_messages={
            "required": "Choose who is to do it.",
            "invalid_choice": "This colleague cannot sign in any more. Choose another one.",
        },
    )

    def __init__(self, typed: Any, initial: dict[str, object], **options: Any) -> None:
        super().__init__(typed, initial=initial, **options)
        self.fields["assignee"].choices = self.colleagues(initial.get("assignee"))  # type: ignore[attr-defined]

    def colleagues(self, chosen: object) -> list[tuple[str, str]]:
        """Who may do it; where nobody is chosen yet, somebody must be."""
        none = [] if chosen else [("", "Choose a colleague")]
        return [*none, *once_a_page("who may do it", who_may_do_it)]

    def clean_due_on(self) -> date:
        """A day that a calendar of offices has."""
        day: date = self.cleaned_data["due_on"]
        if not 1990 <= day.year <= 2200:
            raise forms.ValidationError("Choose a day between 1990 and 2200.")
        return day

    @property
    def entry(self) -> TaskEntry:
        """The form as it is kept."""
        cleaned = self.cleaned_data
        assignee = User.objects.get(pk=cleaned["assignee"])
        return TaskEntry(cleaned["words"], cleaned["due_on"], cleaned["due_time"], assignee)


class NewTaskForm(TaskForm):
    """An empty one among other things: of the colleagues it has its user alone.

    The others come when somebody opens it: 200 on each page are much that few look at.
    """

    def __init__(self, user: User, **options: Any) -> None:
        self.user = user
        super().__init__(None, begun(user), **options)
        self.fields["assignee"].widget.attrs |= WITH_COLLEAGUES

    def colleagues(self, chosen: object) -> list[tuple[str, str]]:
        """Oneself."""
        return [(str(self.user.pk), str(self.user))]


class TaskOfOneForm(TaskForm):
    """The same on the page of tasks, where it may be about somebody."""

    about = forms.CharField(
        label="About",
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs=OFF | {"placeholder": "name@example.com"}),
        help_text="The address of a lead or contact. Without one it is a task that only you and"
        " whoever does it see.",
    )

    def clean_about(self) -> Person | None:
        """Whose address it is."""
        address: str = self.cleaned_data["about"].strip()
        if not address:
            return None
        person = find_person(address)
        if person is None:
            raise forms.ValidationError(
                f"No lead or contact has the address {address}. Add them first, or leave it empty."
            )
        return person


class BesideDealForm(forms.Form):
    """A deal to begin with: everything else is on its page."""

    name = forms.CharField(
        label="Deal",
        max_length=160,
        widget=forms.TextInput(attrs=OFF),
        error_messages={"required": "Give the deal a name."},
    )
    amount = forms.DecimalField(required=False, min_value=0, max_digits=14, decimal_places=2)

    def keep(self, person: Person, owner: User, now: datetime) -> Deal:
        """Open it with the person, in the first stage."""
        deal = Deal()
        entry = DealEntry(
            self.cleaned_data["name"],
            first_stage(),
            people=[str(person.addresses.all()[0])],
            amount=self.cleaned_data["amount"],
            currency=currency_in_use(),
            owner=owner,
        )
        keep_deal(deal, entry, now)
        return deal


def who_may_do_it() -> list[tuple[str, str]]:
    """The colleagues who can sign in, by their numbers."""
    users = User.objects.filter(is_active=True).only("pk", "name", "email")
    return [(str(user.pk), str(user)) for user in users]


def begun(user: User) -> dict[str, object]:
    """What the form shows of a new task: mine, and today."""
    return {"due_on": timezone.localdate(), "assignee": user.pk}


def written_of(task: Task) -> dict[str, object]:
    """What the form shows of a task to begin with."""
    return {
        "words": task.words,
        "due_on": task.due_on,
        "due_time": task.due_time,
        "assignee": task.assignee_id if task.assignee and task.assignee.is_active else None,
    }


def opened(form: F) -> F:
    """In a row's place: the focus, which was on the row, goes on in the first field."""
    next(iter(form.fields.values())).widget.attrs["autofocus"] = True
    return form


def first_error(form: forms.Form) -> str:
    """The first thing that is in the way, in a sentence."""
    return next((str(error) for errors in form.errors.values() for error in errors), "")
