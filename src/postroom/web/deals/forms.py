"""What may be written about a deal."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone

from postroom.crm.deals import DealEntry, NobodyThere, currency_in_use, keep_deal
from postroom.crm.models import Deal, DealStage, Person
from postroom.crm.pipeline import first_stage, stages
from postroom.team.models import User
from postroom.web.people.forms import FurtherAddresses
from postroom.web.row_ids import parse_row_id

OFF = {"autocomplete": "off"}


class DealForm(forms.Form):
    """A deal with its people, stage, amount and dates."""

    name = forms.CharField(max_length=160, widget=forms.TextInput(attrs=OFF))
    stage = forms.ModelChoiceField(queryset=DealStage.objects.none(), empty_label=None)
    amount = forms.DecimalField(
        required=False, min_value=0, max_digits=14, decimal_places=2, localize=False
    )
    currency = forms.CharField(
        max_length=3,
        validators=[RegexValidator(r"^[A-Z]{3}$", "Write three capital letters, like EUR or USD.")],
        widget=forms.TextInput(attrs=OFF | {"autocapitalize": "characters", "spellcheck": "false"}),
    )
    company = forms.CharField(max_length=160, required=False, widget=forms.TextInput(attrs=OFF))
    people = FurtherAddresses(
        required=False,
        help_text="The addresses of leads or contacts, one a line. Mail with them is this deal’s.",
    )
    closing_on = forms.DateField(
        label="Closing date",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    opened_on = forms.DateField(
        label="Open since",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Mail from this day on is this deal’s rather than an earlier one’s.",
    )
    owner = forms.ModelChoiceField(
        queryset=User.objects.none(), required=False, empty_label="Nobody"
    )

    def __init__(self, typed: Any, deal: Deal, initial: dict[str, object]) -> None:
        self.deal = deal
        super().__init__(typed, initial=initial)
        self.fields["stage"].queryset = stages()  # type: ignore[attr-defined]
        self.fields["owner"].queryset = User.objects.filter(is_active=True)  # type: ignore[attr-defined]

    def keep(self, now: datetime) -> bool:
        """Save the deal; False, with the reason at its field, when somebody is not known."""
        is_new = self.deal.pk is None
        try:
            keep_deal(self.deal, self.entry, now)
        except NobodyThere as reason:
            self.deal.pk = None if is_new else self.deal.pk
            self.add_error("people", str(reason))
            return False
        return True

    @property
    def entry(self) -> DealEntry:
        """The form as it is saved."""
        cleaned = dict(self.cleaned_data)
        day = cleaned.pop("opened_on")
        was = timezone.localdate(self.deal.opened_at if self.deal.pk else None)
        opened_at = timezone.make_aware(datetime.combine(day, time.min)) if day != was else None
        return DealEntry(opened_at=opened_at, **cleaned)


def written_of(deal: Deal) -> dict[str, object]:
    """What the form shows of a deal to begin with."""
    return {
        "name": deal.name,
        "stage": deal.stage_id,
        "amount": deal.amount,
        "currency": deal.currency,
        "company": str(deal.company or ""),
        "people": "\n".join(filter(None, (one.primary_address for one in deal.people.all()))),
        "closing_on": deal.closing_on,
        "opened_on": timezone.localdate(deal.opened_at),
        "owner": deal.owner_id,
    }


def begun_with(user: User, person: Person | None, stage: DealStage | None) -> dict[str, object]:
    """What the form shows of a new deal: with somebody, if one comes from their page."""
    return {
        "stage": (stage or first_stage()).pk,
        "currency": currency_in_use(),
        "company": str(person.company or "") if person else "",
        "people": person.primary_address if person else "",
        "opened_on": timezone.localdate(),
        "owner": user.pk,
    }


def find_named(text: str) -> Person | None:
    """The person whose id stands in a URL's query."""
    try:
        return Person.objects.filter(pk=parse_row_id(text)).first()
    except ValueError:
        return None
