"""postroom account reconnect: enter a mailbox's password again."""

from typing import TYPE_CHECKING

import click

from postroom.cli.bootstrap import with_django
from postroom.cli.finding import get_account
from postroom.cli.secret_input import password_option, read_password
from postroom.cli.signing_in import connect_with_code

if TYPE_CHECKING:
    from postroom.accounts.models import EmailAccount


@click.command("reconnect")
@click.argument("address")
@password_option
@with_django
def reconnect_command(address: str, password_stdin: bool) -> None:
    """Enter the password of ADDRESS again. It is tried first; everything else stays.

    The outgoing server gets it too, if it had the same password before. A mailbox without a
    password is signed in to again, with a code; given a password, it keeps that instead.
    """
    from django.utils import timezone

    from postroom.accounts.models import Activation
    from postroom.archive.announce import announce_account
    from postroom.engine.starting import start_keeping
    from postroom.oauth.grants import find_grant
    from postroom.oauth.signing_in import Wish
    from postroom.setup import reconnect_account
    from postroom.team.audit import note
    from postroom.team.models import Act

    account = get_account(address)
    grant = None if password_stdin else find_grant(account)
    if grant:
        connect_with_code(account.owner, Wish(issuer=grant.issuer, account=account.pk))
        account.refresh_from_db()
    else:
        password = read_password(f"Password of {address}", from_stdin=password_stdin)
        reconnect_account(account, password)
    note(Act.ACCOUNT_RECONNECTED, None, account, timezone.now())
    if account.activation == Activation.ACTIVE:
        start_keeping(account)
    announce_account(account.pk)
    click.echo(f"{account.address} lets Postroom in.")
    tell_of_sending(account)


def tell_of_sending(account: "EmailAccount") -> None:
    """Say on stderr what is wrong with the outgoing server; reading mail needs none."""
    if account.smtp_trouble_sentence:
        click.echo(f"Sending does not work: {account.smtp_trouble_sentence}", err=True)
