"""What administrators enter about clean-up: a policy, how days are counted, a legal hold, a day."""

from collections.abc import Callable
from datetime import date
from typing import Any, Self

from django import forms
from django.db.models import QuerySet

from postroom.accounts.models import EmailAccount
from postroom.cleanup.policy import MOST_DAYS_HIDDEN, MOST_MONTHS, PRESETS, Condition, Policy
from postroom.cleanup.wording import policy_in_words
from postroom.crm.models import Person
from postroom.team.days import ZONES
from postroom.web.mailbox.forms import typed

OWN = "own"
LEAST_DAYS_HIDDEN = 7
LABELS = {
    "unopened": "No email of the mailbox was opened for more than … months",
    "inactive": "Its user was not active for more than … months",
    "unsent": "No email was sent from it for more than … months",
    "gone": "Its user’s access has been over for more than … months",
}
PRESET_WORDS = (
    (
        "reference",
        "The one Postroom comes with: nothing opened for a month, or not active for five months",
    ),
    ("newer", "A slower one: nothing sent for three months and nothing opened for six"),
    ("never", "Never: nothing is deleted by itself"),
    (OWN, "Conditions of your own"),
)


def months_field(label: str) -> forms.IntegerField:
    """A number of months; empty: not asked."""
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=MOST_MONTHS)


class PolicyForm(forms.Form):
    """A preset, or conditions with their months."""

    preset = forms.ChoiceField(label="Policy", choices=PRESET_WORDS, widget=forms.RadioSelect)
    unopened = months_field(LABELS["unopened"])
    inactive = months_field(LABELS["inactive"])
    unsent = months_field(LABELS["unsent"])
    gone = months_field(LABELS["gone"])
    takes_all = forms.ChoiceField(
        label="It takes",
        choices=(("any", "one of them"), ("all", "all of them together")),
        widget=forms.RadioSelect,
        initial="any",
    )
    days_hidden = forms.IntegerField(
        label="Days of grace",
        min_value=LEAST_DAYS_HIDDEN,
        max_value=MOST_DAYS_HIDDEN,
        help_text="So long a deactivated mailbox can be brought back just as it was.",
    )

    @classmethod
    def of(cls, policy: Policy, sent: Any = None) -> Self:
        """As it is decided now, or as it was sent."""
        initial: dict[str, object] = {str(which): n for which, n in policy.months.items()}
        initial |= {"takes_all": "all" if policy.takes_all else "any"}
        initial |= {"days_hidden": policy.days_hidden, "preset": preset_of(policy)}
        return cls(sent, initial=initial)

    def clean(self) -> dict[str, Any]:
        """Conditions of one's own are at least one."""
        entered: dict[str, Any] = super().clean() or {}
        if entered.get("preset") == OWN and not any(entered.get(which) for which in Condition):
            self.add_error(
                "unopened", "Enter the months of at least one condition, or choose Never."
            )
        return entered

    @property
    def policy(self) -> Policy:
        """What was entered."""
        entered = self.cleaned_data
        days = entered["days_hidden"]
        if entered["preset"] != OWN:
            chosen = PRESETS[entered["preset"]]
            return Policy(chosen.months, chosen.takes_all, days)
        months = {which: entered[which] for which in Condition if entered[which]}
        return Policy(months, entered["takes_all"] == "all", days)


def preset_of(policy: Policy) -> str:
    """Which preset it is, whatever its days of grace."""
    for name, preset in PRESETS.items():
        if (preset.months, preset.takes_all) == (policy.months, policy.takes_all):
            return name
    return OWN


def mark_of(policy: Policy) -> str:
    """What a preview was of: something else is not saved before its own was seen."""
    return policy_in_words(policy)


class CountingForm(forms.Form):
    """Whose days count, and whether other mail programs do."""

    time_zone = forms.CharField(
        label="Time zone of the organisation",
        max_length=64,
        widget=forms.TextInput(attrs=typed(list="zones", placeholder="Europe/Berlin")),
        help_text="Days and months are counted in it.",
    )
    counts_other_programs = forms.BooleanField(
        label="What is read or sent in other mail programs counts too", required=False
    )

    def clean_time_zone(self) -> str:
        """One that there is."""
        zone: str = self.cleaned_data["time_zone"].strip()
        if zone not in ZONES:
            raise forms.ValidationError(
                f"There is no time zone “{zone}”. Write it like Europe/Berlin."
            )
        return zone


class HoldForm(forms.Form):
    """What is not to be deleted, and why."""

    on = forms.ChoiceField(
        label="Hold",
        choices=(
            ("account", "One mailbox"),
            ("person", "All emails with one person"),
            ("all", "All emails of the organisation"),
        ),
        widget=forms.RadioSelect,
        initial="account",
    )
    whose = forms.CharField(
        label="Address of the mailbox, or of the person",
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs=typed(inputmode="email")),
    )
    reason = forms.CharField(label="Why?", max_length=400, help_text="It stands in the audit log.")
    what: EmailAccount | Person | None = None

    def clean(self) -> dict[str, Any]:
        """Find what is named."""
        entered: dict[str, Any] = super().clean() or {}
        on, whose = entered.get("on"), (entered.get("whose") or "").strip().lower()
        if on in NAMED:
            self.what = NAMED[on](whose).first()
            if self.what is None:
                self.add_error("whose", f"There is no such {WORDS[on]}. Check the address.")
        return entered


def accounts_at(address: str) -> QuerySet[EmailAccount]:
    """The mailbox with an address."""
    return EmailAccount.objects.filter(address=address)


def people_at(address: str) -> QuerySet[Person]:
    """The lead or contact with an address."""
    return Person.objects.filter(addresses__canonical=address)


NAMED: dict[str, Callable[[str], QuerySet[EmailAccount] | QuerySet[Person]]] = {
    "account": accounts_at,
    "person": people_at,
}
WORDS = {"account": "mailbox", "person": "lead or contact"}


class DayForm(forms.Form):
    """The day up to which a dry run looks."""

    on = forms.DateField(
        label="By the day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    @classmethod
    def of(cls, sent: Any, default: date) -> Self:
        """As it was asked for, or for a day that tells something."""
        return cls(sent if "on" in sent else {"on": default.isoformat()})
