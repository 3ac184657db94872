"""To what somebody is let in, and for how long."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from postroom.accounts.matters import Matter
from postroom.accounts.members import possible_members
from postroom.archive.models import Email
from postroom.team.models import User

EMAIL, THREAD = "email", "thread"
SCOPES = [(EMAIL, "This email"), (THREAD, "The whole conversation")]
WEEK, DAY, ALWAYS = "week", "day", "always"
TERMS = [(WEEK, "For 7 days"), (DAY, "Until a day"), (ALWAYS, "For good")]
A_WEEK = timedelta(days=7)


class Terms(forms.Form):
    """This email or its conversation; for a week, until a day, or for good."""

    scope = forms.ChoiceField(label="What", choices=SCOPES)
    term = forms.ChoiceField(label="How long", choices=TERMS)
    day = forms.DateField(
        label="Until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Choose a day, like 2027-01-31."},
    )

    def __init__(self, typed: Any, email: Email, now: datetime, **options: Any) -> None:
        super().__init__(typed, initial={"scope": EMAIL, "term": WEEK}, **options)
        self.email, self.now = email, now
        if not email.thread_root:
            del self.fields["scope"]

    def clean(self) -> dict[str, Any]:
        """A day that is still to come, where a day was chosen."""
        entered = super().clean() or {}
        if entered.get("term") == DAY and "day" not in self.errors:
            day = entered.get("day")
            if day is None or day < timezone.localdate(self.now):
                self.add_error("day", "Choose a day that is still to come.")
        return entered

    @property
    def matter(self) -> Matter:
        """What was chosen."""
        return matter_of(self.email, self.cleaned_data.get("scope", EMAIL))

    @property
    def until(self) -> datetime | None:
        """The moment at which it ends: with the last second of the day, where its owner is."""
        term = self.cleaned_data["term"]
        if term == DAY:
            return timezone.make_aware(datetime.combine(self.cleaned_data["day"], time(23, 59, 59)))
        return self.now + A_WEEK if term == WEEK else None


class GrantForm(Terms):
    """The same, and for whom."""

    user = forms.ModelChoiceField(
        User.objects.none(),
        label="Colleague",
        empty_label="Choose a colleague",
        error_messages={
            "required": "Choose the colleague who is to see it.",
            "invalid_choice": "This colleague cannot sign in any more, or sees it anyhow.",
        },
    )
    field_order = ("user", "scope", "term", "day")

    def __init__(self, typed: Any, email: Email, now: datetime, **options: Any) -> None:
        super().__init__(typed, email, now, **options)
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = possible_members(email.account)


def matter_of(email: Email, scope: str = EMAIL) -> Matter:
    """The email, or its conversation if it stands in one."""
    if scope == THREAD and email.thread_root:
        return Matter(email.account, thread_root=email.thread_root)
    return Matter(email.account, bytes(email.identity))


def error_of(form: forms.Form) -> str:
    """What is wrong with what was typed, in one line."""
    return " ".join(str(error) for errors in form.errors.values() for error in errors)
