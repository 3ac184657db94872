"""What may be written about a lead or contact."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.http import QueryDict

from postroom.crm.models import Person, Stage
from postroom.crm.people import AddressTaken, AddressUnusable, Entry, keep_person
from postroom.mime import canonical_address
from postroom.outbox.no_notices import set_wish, wish_of
from postroom.team.models import User

MOST_FURTHER = 20


class FurtherAddresses(forms.CharField):
    """Any number of addresses, one a line."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "none"})

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        """Split the lines; also at commas and semicolons, as people paste them."""
        text = str(value or "").replace(",", "\n").replace(";", "\n")
        return [line.strip() for line in text.splitlines() if line.strip()]

    def validate(self, value: Any) -> None:
        """Refuse the first line that is no address, by name."""
        if len(value) > MOST_FURTHER:
            raise forms.ValidationError(f"At most {MOST_FURTHER} further addresses.")
        for address in value:
            if not canonical_address(address) or len(address) > 254:
                raise forms.ValidationError(f"“{address}” is not an email address.")


class PersonForm(forms.Form):
    """A lead or contact with their company and addresses."""

    first_name = forms.CharField(
        max_length=80, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    last_name = forms.CharField(
        max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    company = forms.CharField(
        max_length=160, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone = forms.CharField(
        max_length=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    lead_source = forms.CharField(
        max_length=60,
        required=False,
        help_text="Where you met, such as Trade Show or Website.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.CharField(
        label="Primary email",
        max_length=254,
        validators=[validate_email],
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Without an address no mail can be found."},
    )
    further = FurtherAddresses(
        label="Further emails",
        required=False,
        help_text="One a line. Mail with any of them shows on this person's page.",
    )

    wants_no_notices = forms.BooleanField(
        label="No open notices",
        required=False,
        help_text="No email to this person tells when it is opened.",
    )

    def __init__(self, typed: QueryDict | None, person: Person) -> None:
        self.person = person
        wish = wish_of(person)
        super().__init__(typed, initial=written_of(person) | {"wants_no_notices": bool(wish)})
        if wish and wish.is_own:
            field = self.fields["wants_no_notices"]
            field.disabled, field.help_text = True, "They said so themselves."

    def keep(self, by: User, now: datetime) -> bool:
        """Save the person; False, with the reason at its field, when an address is taken."""
        is_new = self.person.pk is None
        try:
            keep_person(self.person, self.entry, by)
        except (AddressTaken, AddressUnusable) as reason:
            self.person.pk = None if is_new else self.person.pk
            canonical = canonical_address(self.cleaned_data["email"])
            is_primary = canonical and canonical in str(reason).lower()
            self.add_error("email" if is_primary else "further", str(reason))
            return False
        set_wish(self.person, wants_none=self.cleaned_data["wants_no_notices"], now=now)
        return True

    @property
    def entry(self) -> Entry:
        """The form as it is saved."""
        cleaned = self.cleaned_data
        return Entry(
            cleaned["first_name"],
            cleaned["last_name"],
            cleaned["company"],
            [cleaned["email"], *cleaned["further"]],
            cleaned["phone"],
            cleaned["lead_source"],
        )


def written_of(person: Person) -> dict[str, str]:
    """What the form shows of a person to begin with."""
    addresses = [str(address) for address in person.addresses.all()] if person.pk else []
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "company": str(person.company or ""),
        "phone": person.phone,
        "lead_source": person.lead_source,
        "email": addresses[0] if addresses else "",
        "further": "\n".join(addresses[1:]),
    }


def parse_stage(text: str) -> Stage:
    """The stage of that name; a lead, if it is none."""
    return Stage(text) if text in Stage.values else Stage.LEAD
