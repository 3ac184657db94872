"""The end of a mailbox's mail here and its way back: account deactivate, remove, activate."""

from typing import TYPE_CHECKING

import click

from postroom.cli.bars import bars
from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.finding import get_account
from postroom.cli.printing import json_option, print_json, print_table
from postroom.cli.reconnecting import tell_of_sending
from postroom.cli.secret_input import password_option, read_password

if TYPE_CHECKING:
    from postroom.accounts.models import EmailAccount
    from postroom.cleanup.stock import Stock

because_option = click.option("--because", default="", help="The reason; the owner is told it.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


@click.command("deactivate")
@click.argument("address")
@yes_option
@because_option
@json_option
@with_django
def deactivate_command(address: str, yes: bool, because: str, as_json: bool) -> None:
    """Stop syncing ADDRESS and delete its emails here. On its mail server everything stays.

    Stopped half-way, nobody sees what is left, and the same command goes on.
    """
    account = get_account(address)
    leave(account, because, removes_account=False, is_sure=yes, as_json=as_json)
    if not as_json:
        click.echo(f"{account.address} is deactivated. “postroom account activate” brings it back.")


@click.command("remove")
@click.argument("address")
@yes_option
@because_option
@json_option
@with_django
def remove_command(address: str, yes: bool, because: str, as_json: bool) -> None:
    """Delete the emails of ADDRESS here, and the account with its settings and shares.

    On its mail server everything stays.
    """
    account = get_account(address)
    leave(account, because, removes_account=True, is_sure=yes, as_json=as_json)
    if not as_json:
        click.echo(f"{account.address} is removed.")


@click.command("activate")
@click.argument("address")
@password_option
@with_django
def activate_command(address: str, password_stdin: bool) -> None:
    """Sync the deactivated account ADDRESS again. Its mail comes from the server, as at first.

    The connection is tried before anything is changed.
    """
    from postroom.accounts.models import Activation
    from postroom.archive.announce import announce_account
    from postroom.engine.starting import start_keeping
    from postroom.setup import reconnect_account

    account = get_account(address)
    if account.activation != Activation.DEACTIVATED:
        raise Failed(
            f"{account.address} is not deactivated. “postroom account resume” ends a pause."
        )
    refuse_consented(account, is_password_given=password_stdin)
    password = read_password(f"Password of {address}", from_stdin=password_stdin)
    reconnect_account(account, password)
    start_keeping(account)
    announce_account(account.pk)
    click.echo(f"{account.address} is active again; its mail comes with the next sync.")
    tell_of_sending(account)


def refuse_consented(account: "EmailAccount", *, is_password_given: bool) -> None:
    """A mailbox that was connected by signing in at its provider has no password to ask for."""
    from postroom.oauth.grants import find_grant
    from postroom.outbox.links import url_of

    if find_grant(account) and not is_password_given:
        raise Failed(f"Sign in again on its page: {url_of('reconnection', account.pk)}")


def leave(
    account: "EmailAccount", because: str, *, removes_account: bool, is_sure: bool, as_json: bool
) -> None:
    """Show what goes and what stays, ask, and delete to the end."""
    from django.utils import timezone

    from postroom.accounts.lifecycle import Decision
    from postroom.cleanup.holding import refuse_unfinished
    from postroom.cleanup.stock import stock_of
    from postroom.engine.leaving import end_keeping
    from postroom.outbox.outgoing import unsent_of

    rows = [*rows_of(stock_of(account)), ("drafts and emails not sent yet", unsent_of(account))]
    if not as_json:
        print_table(["", ""], rows)
        click.echo(what_stays(removes_account=removes_account))
    if not is_sure:
        click.confirm(f"Delete this of {account.address} here?", abort=True, err=True)
    decision = Decision(timezone.now(), because=because)
    end_keeping(account, decision, removes_account=removes_account)
    delete_all(account.pk, is_quiet=as_json)
    refuse_unfinished(account)
    if as_json:
        print_json({"address": account.address, **dict(rows)})


def delete_all(account_id: int, *, is_quiet: bool) -> None:
    """Delete bite by bite, with a bar; an engine may take turns with us."""
    from django.utils import timezone

    from postroom.cleanup.deleting import delete_next
    from postroom.cleanup.space import use_again

    with bars("emails", is_quiet=is_quiet) as show:
        while deletion := delete_next(account_id, timezone.now()):
            show("emails", deletion.found, deletion.done)
    use_again()


def rows_of(stock: "Stock") -> list[tuple[str, int]]:
    """What goes, in words and numbers."""
    return [
        ("emails", stock.emails),
        ("of these whole", stock.bodies),
        ("bytes of these", stock.octets),
        ("of these also with colleagues, where they stay", stock.with_colleagues),
        ("places on the server noted", stock.places),
        ("set aside", stock.set_aside),
        ("no longer on the server, cannot come back", stock.only_here),
        ("changes the server was not told yet", stock.untold),
        ("comments, assignments and marks of ours, cannot come back", stock.of_ours),
        ("notes and tasks about these emails, which stay", stock.notes),
    ]


def what_stays(*, removes_account: bool) -> str:
    """What a deactivation or removal does not touch."""
    kept = "" if removes_account else " The account, its folders and its shares stay too."
    return (
        "Leads, contacts, notes and tasks stay, and so does everything on the mail server and in"
        " mail programs." + kept
    )
