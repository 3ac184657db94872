"""A connected mailbox's servers and passwords as a form; a password left empty stays."""

from typing import Any, Self

from django.http import QueryDict

from postroom.accounts.models import EmailAccount
from postroom.setup.changing import Change, incoming_of, outgoing_of
from postroom.setup.reconnecting import shares_password
from postroom.setup.requests import ServerAddress
from postroom.web.connecting.server_form import ServerForm, same_name
from postroom.web.mailbox.forms import secret_field

STAYS = "Empty: it stays as it is, for the same server."


class ChangeForm(ServerForm):
    """What may be changed; how mail is read (IMAP or POP) may not."""

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
        typed = self.cleaned_data
        is_same = typed["same_credentials"]
        sending_name = same_name(account.provider, account.address, typed["username"])
        return Change(
            account=account,
            incoming=self.incoming,
            username="" if typed["username"] == account.address else typed["username"],
            password=typed["password"],
            outgoing=self.outgoing,
            smtp_username=sending_name if is_same else typed["outgoing_username"],
            smtp_password=typed["password"] if is_same else typed["outgoing_password"],
        )


def initial_of(account: EmailAccount) -> dict[str, Any]:
    """What the fields hold before anybody types."""
    sending_name = same_name(account.provider, account.address, account.username)
    return {
        "protocol": account.protocol,
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
