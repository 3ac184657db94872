"""A connected mailbox's servers and passwords as a form; a password left empty stays."""

from typing import Any, Self

from django import forms
from django.http import QueryDict

from postroom.accounts.models import EmailAccount
from postroom.mime import canonical_address
from postroom.setup.changing import Change, incoming_of, outgoing_of
from postroom.setup.reconnecting import shares_password
from postroom.setup.requests import ServerAddress
from postroom.web.connecting.server_form import ServerForm, same_name
from postroom.web.mailbox.forms import secret_field, typed

STAYS = "Empty: it stays as it is, for the same server."
RENAMED = "If the mailbox has another one now. That of before stays one of your From addresses."


class ChangeForm(ServerForm):
    """What may be changed; how mail is read (IMAP or POP) may not."""

    address = forms.CharField(
        label="Email Address",
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs=typed(autocomplete="off")),
        help_text=RENAMED,
    )
    password = secret_field("Password", required=False, help_text=STAYS)

    @classmethod
    def of(cls, account: EmailAccount) -> Self:
        """The form as it stands for an account."""
        return cls(initial=initial_of(account))

    @classmethod
    def sent(cls, account: EmailAccount, sent: QueryDict) -> Self:
        """The form as it was sent."""
        data = sent.copy()
        data["protocol"] = account.protocol
        return cls(data)

    def change_of(self, account: EmailAccount) -> Change:
        """What was typed, as the set-up takes it."""
        told = self.cleaned_data
        is_same = told["same_credentials"]
        called = canonical_address(told["address"]) or account.address
        sending_name = same_name(account.provider, called, told["username"])
        return Change(
            account=account,
            incoming=self.incoming,
            address=told["address"],
            username="" if told["username"] == called else told["username"],
            password=told["password"],
            outgoing=self.outgoing,
            smtp_username=sending_name if is_same else told["outgoing_username"],
            smtp_password=told["password"] if is_same else told["outgoing_password"],
        )


def initial_of(account: EmailAccount) -> dict[str, Any]:
    """What the fields hold before anybody types."""
    sending_name = same_name(account.provider, account.address, account.username)
    return {
        "protocol": account.protocol,
        "address": account.address,
        "username": account.username,
        "outgoing_username": account.smtp_username,
        "same_credentials": account.smtp_username == sending_name and shares_password(account),
        **fields_of("incoming", incoming_of(account)),
        **fields_of("outgoing", outgoing_of(account)),
    }


def fields_of(side: str, server: ServerAddress | None) -> dict[str, Any]:
    """A server as the form's fields take it."""
    if server is None:
        return {}
    return {
        f"{side}_host": server.host,
        f"{side}_port": server.port,
        f"{side}_security": server.security,
    }
