"""postroom account from, sent-copies: the addresses to write from, and copies of what is sent."""

from typing import TYPE_CHECKING

import click

from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.finding import get_account
from postroom.cli.printing import json_option, print_json, print_table

if TYPE_CHECKING:
    from postroom.accounts.models import FromAddress


@click.group("from")
def from_command() -> None:
    """From addresses: from which an account's owner may write."""


@from_command.command("list")
@click.argument("address")
@json_option
@with_django
def list_senders(address: str, as_json: bool) -> None:
    """List the From addresses of the mailbox ADDRESS, the default one first."""
    from postroom.accounts.senders import from_addresses_of

    rows = [
        {
            "address": sender.address,
            "name": sender.name,
            "reply_to": sender.reply_to,
            "default": sender.is_default,
            "verified": sender.verified_at is not None,
        }
        for sender in from_addresses_of(get_account(address))
    ]
    if as_json:
        print_json(rows)
    else:
        columns = ("address", "name", "reply_to", "default", "verified")
        print_table(columns, [list(row.values()) for row in rows])


@from_command.command("add")
@click.argument("address")
@click.argument("sender")
@click.option("--name", default="", help="The name that recipients see.")
@click.option("--reply-to", default="", help="Where answers go, if not to SENDER.")
@with_django
def add(address: str, sender: str, name: str, reply_to: str) -> None:
    """Add SENDER to the mailbox ADDRESS and send it a code."""
    from postroom.accounts.senders import add_from_address

    added = add_from_address(get_account(address), sender, name, reply_to)
    send(added)


@from_command.command("code")
@click.argument("address")
@click.argument("sender")
@with_django
def send_again(address: str, sender: str) -> None:
    """Send a new code to SENDER."""
    send(get_sender(address, sender))


@from_command.command("verify")
@click.argument("address")
@click.argument("sender")
@click.argument("code")
@with_django
def verify_sender(address: str, sender: str, code: str) -> None:
    """Enter the CODE that was sent to SENDER."""
    from django.utils import timezone

    from postroom.accounts.verification import verify

    found = get_sender(address, sender)
    verify(found, code, None, timezone.now())
    click.echo(f"{found} is verified.")


@from_command.command("default")
@click.argument("address")
@click.argument("sender")
@with_django
def choose(address: str, sender: str) -> None:
    """Write from SENDER unless told otherwise."""
    from postroom.accounts.senders import make_default

    found = get_sender(address, sender)
    make_default(found)
    click.echo(f"{found} is the default now.")


@from_command.command("remove")
@click.argument("address")
@click.argument("sender")
@with_django
def remove(address: str, sender: str) -> None:
    """Take SENDER away from the mailbox ADDRESS."""
    from django.utils import timezone

    from postroom.accounts.senders import remove_from_address

    found = get_sender(address, sender)
    remove_from_address(found, None, timezone.now())
    click.echo(f"{found} is removed.")


@from_command.command("test")
@click.argument("address")
@click.argument("sender")
@with_django
def try_sender(address: str, sender: str) -> None:
    """Send a test email from SENDER to the mailbox ADDRESS itself."""
    from django.utils import timezone

    from postroom.outbox.trial import send_trial

    came = send_trial(get_sender(address, sender), timezone.now())
    click.echo(came.sent)
    if not came.is_kept_well:
        raise Failed(came.kept)
    click.echo(came.kept)


@click.command("sent-copies")
@click.argument("address")
@click.argument("choice", type=click.Choice(["auto", "always", "never"]), required=False)
@with_django
def sent_copies_command(address: str, choice: str | None) -> None:
    """Say, or choose, whether a copy of what ADDRESS sends is stored on the server.

    auto: where the server keeps none itself.
    """
    from postroom.accounts.lifecycle import set_keep_sent
    from postroom.accounts.models import KeepSent

    account = get_account(address)
    if choice:
        set_keep_sent(account, KeepSent(choice))
    click.echo(account.keep_sent)


def get_sender(address: str, sender: str) -> "FromAddress":
    """The From address of a mailbox."""
    from postroom.accounts.senders import from_addresses_of
    from postroom.mime import canonical_address

    canonical = canonical_address(sender)
    found = [a for a in from_addresses_of(get_account(address)) if a.address == canonical]
    if not found:
        raise Failed(f"{sender} is no From address of {address}. “postroom account from list”.")
    return found[0]


def send(sender: "FromAddress") -> None:
    """Send a code, and say so."""
    from django.utils import timezone

    from postroom.outbox.codes import send_code

    send_code(sender, None, timezone.now())
    click.echo(
        f"A code was sent to {sender}. “postroom account from verify"
        f" {sender.account} {sender} CODE” takes it."
    )
