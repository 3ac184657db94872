"""postroom account: connect mailboxes and see how they are."""

from typing import Any

import click

from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.checking import check_command
from postroom.cli.finding import get_account, get_user
from postroom.cli.folders import folders_command
from postroom.cli.handing_over import hand_over_command
from postroom.cli.health import health_rows, summary
from postroom.cli.leaving import (
    activate_command,
    because_option,
    deactivate_command,
    remove_command,
)
from postroom.cli.members import member_command
from postroom.cli.moving import move_command
from postroom.cli.planning import budget_command, plan_command
from postroom.cli.printing import json_option, print_json, print_table
from postroom.cli.quarantine import quarantine_command
from postroom.cli.recognising import recognise_command
from postroom.cli.reconnecting import reconnect_command, tell_of_sending
from postroom.cli.secret_input import password_option, read_password
from postroom.cli.senders import from_command, sent_copies_command
from postroom.cli.server_options import server_options
from postroom.cli.sharing import account_sharing_command
from postroom.cli.signing_in import connect_with_code
from postroom.cli.trying import test_command
from postroom.cli.window import window_command


@click.group("account")
def account_command() -> None:
    """Connected mailboxes: connect them, look after them, pause and resume."""


account_command.add_command(recognise_command)
account_command.add_command(test_command)
account_command.add_command(check_command)
account_command.add_command(folders_command)
account_command.add_command(plan_command)
account_command.add_command(budget_command)
account_command.add_command(reconnect_command)
account_command.add_command(move_command)
account_command.add_command(quarantine_command)
account_command.add_command(member_command)
account_command.add_command(from_command)
account_command.add_command(sent_copies_command)
account_command.add_command(window_command)
account_command.add_command(account_sharing_command)
account_command.add_command(deactivate_command)
account_command.add_command(activate_command)
account_command.add_command(remove_command)
account_command.add_command(hand_over_command)


@account_command.command("add")
@click.argument("address")
@click.option("--owner", required=True, help="The user whose mailbox it is.")
@server_options
@click.option("--sharing", type=click.Choice(["private", "custom", "public"]), default="private")
@click.option("--storage", type=click.Choice(["matched", "everything", "strict"]), default=None)
@click.option(
    "--since", metavar="DAY", help="Existing mail: since 2025-01-31, “12 months”, or all."
)
@click.option("--without-password", is_flag=True, help="Set it up; its owner enters the password.")
@click.option(
    "--oauth",
    type=click.Choice(["google", "microsoft", "openid"]),
    help="Sign in there with a code, instead of a password.",
)
@password_option
@with_django
def add(
    address: str,
    owner: str,
    password_stdin: bool,
    without_password: bool,
    oauth: str | None,
    **choices: Any,
) -> None:
    """Connect the mailbox ADDRESS. Its servers are found if none are named.

    The connection is tried before anything is saved.
    """
    from postroom.cli.connecting import compose_request, compose_wish, prepare
    from postroom.engine.starting import start_keeping
    from postroom.setup import connect_account

    user = get_user(owner)
    if without_password:
        click.echo(prepare(compose_request(address, user, "", choices)))
        return
    if oauth:
        account = connect_with_code(user, compose_wish(address, oauth, choices))
    else:
        password = read_password(f"Password of {address}", from_stdin=password_stdin)
        request = compose_request(address, user, password, choices)
        account = connect_account(request)
    start_keeping(account)
    click.echo(
        f"{account.address} is connected. “postroom sync {account.address} --once” syncs it."
    )
    tell_of_sending(account)


@account_command.command("list")
@json_option
@with_django
def list_accounts(as_json: bool) -> None:
    """List all accounts with their state, the worst first."""
    rows = health_rows()
    if as_json:
        print_json(rows)
    else:
        columns = ("address", "owner", "state", "state_since", "sentence")
        print_table(columns, [[row[name] for name in columns] for row in rows])


@account_command.command("show")
@click.argument("address")
@json_option
@with_django
def show(address: str, as_json: bool) -> None:
    """Show one account: servers, state, tier, last complete sync."""
    row = summary(get_account(address))
    if as_json:
        print_json(row)
    else:
        print_table(["", ""], row.items())


@account_command.command("pause")
@click.argument("address")
@because_option
@with_django
def pause_account(address: str, because: str) -> None:
    """Stop syncing; everything stays."""
    from django.utils import timezone

    from postroom.accounts.lifecycle import Decision
    from postroom.engine.pausing import pause_keeping

    account = get_account(address)
    refuse_deactivated(account)
    pause_keeping(account, Decision(timezone.now(), because=because))
    click.echo(f"{account.address} is paused.")


@account_command.command("resume")
@click.argument("address")
@with_django
def resume_account(address: str) -> None:
    """Sync again."""
    from postroom.engine.pausing import resume_keeping

    account = get_account(address)
    refuse_deactivated(account)
    resume_keeping(account, by=None)
    click.echo(f"{account.address} syncs again.")


def refuse_deactivated(account: Any) -> None:
    """Neither paused nor resumed: it has no password."""
    from postroom.accounts.models import Activation

    if account.activation == Activation.WAITING:
        raise Failed(f"{account.address} waits for {account.owner.email} to enter its password.")
    if account.activation == Activation.DEACTIVATED:
        raise Failed(
            f"{account.address} is deactivated. “postroom account activate {account.address}”"
            " brings it back."
        )
