"""All it takes to connect a mailbox.

Reference: Set up IMAP Account; Set up Custom IMAP Account.
"""

from typing import Any

from django import forms
from django.utils import timezone

from postroom.accounts.models import Protocol, Sharing
from postroom.accounts.window import from_today
from postroom.setup.requests import AccountRequest
from postroom.team.models import User
from postroom.web.connecting.server_form import ServerForm, same_name
from postroom.web.mailbox.forms import STORAGE_CHOICES, SharingForm, typed
from postroom.web.mailbox.window import window_field

OWN_MISSING = "Enter it, or use the same credentials."
NOT_CONFIRMED = "Look at the servers, and tick this if they are your provider’s."


class ConnectionForm(ServerForm, SharingForm):
    """A mailbox to connect.

    Servers that only a stranger vouches for (`is_foreign`) get a password when the person has
    looked at them.
    """

    provider = forms.SlugField(required=False, max_length=40, widget=forms.HiddenInput)
    address = forms.EmailField(
        label="Email Address",
        max_length=254,
        widget=forms.EmailInput(attrs=typed(autocomplete="email", placeholder="name@example.com")),
        error_messages={"required": "Enter the mailbox’s address."},
    )
    storage = forms.ChoiceField(
        label="What is copied here?", choices=STORAGE_CHOICES, required=False
    )
    window = window_field()
    is_foreign = forms.BooleanField(required=False, widget=forms.HiddenInput)
    is_confirmed = forms.BooleanField(
        label="These servers are my provider’s", required=False, initial=False
    )

    def clean(self) -> dict[str, Any]:
        """No password goes to servers nobody looked at; an outgoing one may need one of its own."""
        cleaned = super().clean() or self.cleaned_data
        has_own = cleaned.get("outgoing_host") and not cleaned.get("same_credentials")
        if has_own and not cleaned.get("outgoing_password"):
            self.add_error("outgoing_password", OWN_MISSING)
        if cleaned.get("is_foreign") and not cleaned.get("is_confirmed"):
            self.add_error("is_confirmed", NOT_CONFIRMED)
        return cleaned

    def request_of(self, owner: User) -> AccountRequest:
        """What was typed, as the set-up takes it."""
        cleaned = self.cleaned_data
        is_same, is_pop = cleaned["same_credentials"], cleaned["protocol"] == Protocol.POP
        sending_name = same_name(cleaned["provider"], cleaned["address"], cleaned["username"])
        return AccountRequest(
            owner=owner,
            address=cleaned["address"],
            imap=None if is_pop else self.incoming,
            pop=self.incoming if is_pop else None,
            password=cleaned["password"],
            username=cleaned["username"],
            smtp=self.outgoing,
            smtp_username=sending_name if is_same else cleaned["outgoing_username"],
            smtp_password="" if is_same else cleaned["outgoing_password"],
            provider=cleaned["provider"],
            sharing=Sharing(cleaned["sharing"]),
            storage=cleaned["storage"],
            window=from_today(cleaned["window"], timezone.localdate()),
        )
