"""The sign-in step: which address, at which service, read how. Reference: Set up IMAP Account."""

from typing import Self

from django import forms

from postroom.accounts.models import EmailAccount, Protocol
from postroom.mime import canonical_address
from postroom.providers import Provider, find_provider
from postroom.web.mailbox.forms import typed

PROTOCOL_CHOICES = (
    (Protocol.IMAP, "IMAP – folders, sent mail and what was read stay in step everywhere"),
    (Protocol.POP, "POP – new mail is fetched from the Inbox; it stays on the server"),
)


class AddressForm(forms.Form):
    """The address to connect; a service and a protocol if they were chosen before."""

    service = forms.SlugField(required=False, max_length=40, widget=forms.HiddenInput)
    protocol = forms.ChoiceField(
        label="How is it read?",
        choices=PROTOCOL_CHOICES,
        initial=Protocol.IMAP,
        required=False,
        widget=forms.RadioSelect,
    )
    address = forms.EmailField(
        label="Email Address",
        max_length=254,
        widget=forms.EmailInput(attrs=typed(autocomplete="email", placeholder="name@example.com")),
        error_messages={
            "required": "Enter the mailbox’s address.",
            "invalid": "This is not an email address. Write it like name@example.com.",
        },
    )

    def with_focus(self) -> Self:
        """The same, where to type its address is the first thing to do."""
        self.fields["address"].widget.attrs["autofocus"] = True
        return self

    def clean_address(self) -> str:
        """An address that is connected already is said so at once, before anything is asked."""
        address = canonical_address(self.cleaned_data["address"])
        if not address:
            raise forms.ValidationError(self.fields["address"].error_messages["invalid"])
        if EmailAccount.objects.filter(address=address).exists():
            raise forms.ValidationError(
                f"{address} is already connected. Open it under Email Configuration instead."
            )
        return address

    @property
    def provider(self) -> Provider | None:
        """The service that was chosen; None where the address is to tell."""
        return find_provider(self.cleaned_data["service"])

    @property
    def chosen_protocol(self) -> Protocol:
        """IMAP, unless POP was asked for."""
        return Protocol(self.cleaned_data["protocol"] or Protocol.IMAP)
