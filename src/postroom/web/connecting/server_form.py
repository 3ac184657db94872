"""A mailbox's servers and what signs in to them, typed by hand or filled in for a known service."""

from collections.abc import Sequence
from typing import Any

from django import forms

from postroom.accounts.models import Protocol, Security
from postroom.providers import ServerChoice, find_provider
from postroom.setup.connecting import ConnectionFailed
from postroom.setup.requests import USUAL_PORTS, ServerAddress
from postroom.web.mailbox.forms import (
    host_field,
    port_field,
    secret_field,
    security_field,
    typed,
)


def usual_ports(protocol: Protocol) -> dict[str, int]:
    """The ports of TLS, as the form's fields take them."""
    incoming, outgoing = USUAL_PORTS[protocol.value, "tls"], USUAL_PORTS["smtp", "tls"]
    return {"incoming_port": incoming, "outgoing_port": outgoing}


# How the set-up names what is to be mended, and where that stands here.
OURS = {"imap": "incoming", "pop": "incoming", "smtp": "outgoing"}


def same_name(provider_id: str, address: str, username: str) -> str:
    """The user name for sending where the credentials are the same; empty: it is the same too.

    Seen: iCloud takes the part before the @ for reading, and the whole address for sending.
    """
    provider, name = find_provider(provider_id), username or address
    if provider is None or name != provider.sign_in_name(address):
        return ""
    sending = provider.sign_in_name(address, outgoing=True)
    return "" if sending == name else sending


class TriedForm(forms.Form):
    """A form whose wishes are tried at the servers; what fails is said at its field."""

    def explain(self, failure: ConnectionFailed) -> None:
        """Show why it does not work, at the field where it can be mended."""
        self.add_error(self.field_of(failure.field), failure.sentence)

    def field_of(self, named: str) -> str | None:
        """The field here of what the set-up names; None for what no field can mend."""
        kind, _, part = named.partition("_")
        if named == "smtp_password" and self.cleaned_data.get("same_credentials"):
            return "password"
        ours = f"{OURS[kind]}_{part}" if kind in OURS else named
        return ours if ours in self.fields else None


class ServerForm(TriedForm):
    """`incoming` is of the protocol; `outgoing` may be left out."""

    protocol = forms.ChoiceField(choices=Protocol.choices, widget=forms.HiddenInput)
    password = secret_field("Password")
    incoming_host = host_field("Incoming Server Name", "imap.example.com")
    incoming_port = port_field()
    incoming_security = security_field()
    username = forms.CharField(
        label="User name",
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs=typed(autocomplete="off")),
        help_text="Only if it is not the email address.",
    )
    outgoing_host = host_field("Outgoing Server Name", "smtp.example.com", required=False)
    outgoing_port = port_field()
    outgoing_security = security_field()
    same_credentials = forms.BooleanField(
        label="Use the same credentials for outgoing server", initial=True, required=False
    )
    outgoing_username = forms.CharField(
        label="Email Address for sending",
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs=typed(autocomplete="off")),
        help_text="Or the user name there.",
    )
    outgoing_password = secret_field("Password for sending", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known_hosts: dict[str, Sequence[ServerChoice]] = {}

    def offer_hosts(self, side: str, choices: Sequence[ServerChoice]) -> None:
        """Propose these servers where a name is typed."""
        if len(choices) > 1:
            self.known_hosts[f"{side}-hosts"] = choices
            self.fields[f"{side}_host"].widget.attrs["list"] = f"{side}-hosts"

    @property
    def incoming(self) -> ServerAddress:
        """The server to read from."""
        return self._server("incoming", self.cleaned_data["protocol"])

    @property
    def outgoing(self) -> ServerAddress | None:
        """The server to send by, if one was named."""
        return self._server("outgoing", "smtp") if self.cleaned_data["outgoing_host"] else None

    def _server(self, side: str, kind: str) -> ServerAddress:
        """At the usual port if none was typed."""
        security = self.cleaned_data[f"{side}_security"] or Security.TLS
        port = self.cleaned_data[f"{side}_port"] or USUAL_PORTS[kind, security]
        return ServerAddress(self.cleaned_data[f"{side}_host"], port, Security(security))
