"""postroom reparse: rebuild what was read from stored messages."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from postroom.cli.bars import bars
from postroom.cli.bootstrap import with_django
from postroom.cli.finding import get_account
from postroom.cli.printing import json_option, print_json
from postroom.team.counted import counted

if TYPE_CHECKING:
    from postroom.accounts.models import EmailAccount
    from postroom.sync.rereading import Reread


@click.command("reparse")
@click.option("--account", "address", help="Only the mail of this account.")
@click.option("--all", "everything", is_flag=True, help="The mail of all accounts.")
@click.option("--after", type=int, default=0, help="Go on after the email with this id.")
@json_option
@with_django
def reparse_command(address: str | None, everything: bool, after: int, as_json: bool) -> None:
    """Read every stored message again and correct what differs: senders, subjects, dates, texts.

    Safe to stop and to repeat. Emails of which only the envelope is here stay as they are.
    """
    if bool(address) == everything:
        raise click.UsageError("Say whose mail: --account ADDRESS, or --all.")
    done = reparse(get_account(address) if address else None, after, is_quiet=as_json)
    if as_json:
        print_json(asdict(done))
        return
    click.echo(f"{counted(done.read, 'email')} read again, {done.changed} corrected.")
    if done.broken:
        click.echo(f"{done.broken} could not be read and stay as they were.")


def reparse(account: "EmailAccount | None", after: int, *, is_quiet: bool) -> "Reread":
    """To the end; who stops it is told where to go on."""
    from postroom.sync.parsing import LimitedParser
    from postroom.sync.rereading import Reread, reread

    parser = LimitedParser()
    so_far = Reread(after)
    try:
        with bars("emails", is_quiet=is_quiet) as show:
            for so_far in reread(account, parser, after):
                show("emails", so_far.found, so_far.read)
    except KeyboardInterrupt:
        click.echo(f"Stopped. “--after {so_far.last}” goes on from here.", err=True)
        raise
    finally:
        parser.close()
    return so_far
