"""Which lines of the audit log are looked for: by act, by whom, about what, and when."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from postroom.team.models import Act, AuditEntry, User
from postroom.web.team.choices import choose

COMMAND_LINE = ("0", "The command line")


class AuditFilter(forms.Form):
    """What to look for; all of it is optional, and what cannot be read looks for nothing."""

    act = forms.ChoiceField(label="What", required=False)
    actor = forms.ChoiceField(label="Who", required=False)
    about = forms.CharField(label="About", required=False, max_length=200)
    since = forms.DateField(
        label="From", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label="To", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, typed: Any) -> None:
        super().__init__(typed)
        acts = sorted(((a.value, a.label.rstrip(":")) for a in Act), key=lambda act: act[1])
        choose(self, "act", [("", "Anything"), *acts])
        users = [
            (str(user.pk), str(user)) for user in User.objects.filter(acts__isnull=False).distinct()
        ]
        choose(self, "actor", [("", "Anybody"), *users, COMMAND_LINE])

    @property
    def is_set(self) -> bool:
        """Whether anything is looked for."""
        return any(self.data.get(name) for name in self.fields)

    def entries(self) -> QuerySet[AuditEntry]:
        """The lines, newest first."""
        entries = AuditEntry.objects.select_related("actor")
        return entries.filter(self.match()) if self.is_valid() else entries.none()

    def match(self) -> Q:
        """What was typed as a condition."""
        wanted = self.cleaned_data
        match = Q(act=wanted["act"]) if wanted["act"] else Q()
        if actor := wanted["actor"]:
            match &= Q(actor=None) if actor == COMMAND_LINE[0] else Q(actor=actor)
        for word in wanted["about"].split():
            match &= Q(subject__icontains=word) | Q(detail__icontains=word)
        if wanted["since"]:
            match &= Q(at__gte=begin_of(wanted["since"]))
        if wanted["until"]:
            match &= Q(at__lt=begin_of(wanted["until"] + timedelta(days=1)))
        return match

    def words(self) -> str:
        """What was looked for, for the line about an export."""
        asked = {name: self.data.get(name, "") for name in self.fields}
        return ", ".join(f"{name} {value}" for name, value in asked.items() if value) or "all of it"


def begin_of(day: Any) -> datetime:
    """The day's first moment, where the reader is."""
    return timezone.make_aware(datetime.combine(day, time()))
