"""What it takes to connect a mailbox on a server of one's own. Reference: Set up Custom IMAP."""

from typing import Any

from django import forms
from django.utils import timezone

from postroom.accounts.models import Security, Sharing
from postroom.accounts.window import from_today
from postroom.setup import AccountRequest, ConnectionFailed, ServerAddress
from postroom.team.models import User
from postroom.web.email_configuration.forms import STORAGE_CHOICES, SharingForm, typed
from postroom.web.email_configuration.window import window_field


class OtherMailForm(SharingForm):
    """A mailbox on a custom server."""

    address = forms.EmailField(
        label="Email address",
        max_length=254,
        widget=forms.EmailInput(attrs=typed(autocomplete="email")),
    )
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        max_length=1000,
        strip=False,
        help_text="With two-factor authentication, an app password made at your provider.",
    )
    imap_host = forms.CharField(
        label="Incoming server",
        max_length=253,
        widget=forms.TextInput(attrs=typed(placeholder="imap.example.com")),
    )
    imap_port = forms.IntegerField(label="Port", min_value=1, max_value=65535, initial=993)
    imap_security = forms.ChoiceField(
        label="Security", choices=Security.choices, initial=Security.TLS
    )
    username = forms.CharField(
        label="User name",
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs=typed(autocomplete="off")),
        help_text="Only if it is not the email address.",
    )
    smtp_host = forms.CharField(
        label="Outgoing server",
        max_length=253,
        required=False,
        widget=forms.TextInput(attrs=typed(placeholder="smtp.example.com")),
    )
    smtp_port = forms.IntegerField(
        label="Port", min_value=1, max_value=65535, initial=465, required=False
    )
    smtp_security = forms.ChoiceField(
        label="Security", choices=Security.choices, initial=Security.TLS, required=False
    )
    same_credentials = forms.BooleanField(
        label="Use the same credentials for outgoing server", initial=True, required=False
    )
    smtp_password = forms.CharField(
        label="Password of the outgoing server",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        max_length=1000,
        strip=False,
        required=False,
    )
    storage = forms.ChoiceField(
        label="What is copied here?", choices=STORAGE_CHOICES, required=False
    )
    window = window_field()

    def clean(self) -> dict[str, Any]:
        """An outgoing server with a password of its own needs that password."""
        cleaned = super().clean() or self.cleaned_data
        needs_password = cleaned.get("smtp_host") and not cleaned.get("same_credentials")
        if needs_password and not cleaned.get("smtp_password"):
            self.add_error("smtp_password", "Enter it, or use the same credentials.")
        return cleaned

    def request_of(self, owner: User) -> AccountRequest:
        """What was typed, as the set-up takes it."""
        cleaned = self.cleaned_data
        return AccountRequest(
            owner=owner,
            address=cleaned["address"],
            imap=self.server("imap"),
            password=cleaned["password"],
            username=cleaned["username"],
            smtp=self.server("smtp") if cleaned["smtp_host"] else None,
            smtp_password="" if cleaned["same_credentials"] else cleaned["smtp_password"],
            sharing=Sharing(cleaned["sharing"]),
            storage=cleaned["storage"],
            window=from_today(cleaned["window"], timezone.localdate()),
        )

    def server(self, kind: str) -> ServerAddress:
        """The incoming ("imap") or outgoing ("smtp") server."""
        cleaned = self.cleaned_data
        return ServerAddress(
            cleaned[f"{kind}_host"],
            cleaned[f"{kind}_port"] or self.fields[f"{kind}_port"].initial,
            Security(cleaned[f"{kind}_security"] or Security.TLS),
        )

    def explain(self, failure: ConnectionFailed) -> None:
        """Show why the mailbox could not be connected, at the field where it can be mended."""
        self.add_error(failure.field if failure.field in self.fields else None, failure.sentence)
