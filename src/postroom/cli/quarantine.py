"""postroom account quarantine: messages that were set aside, and what to do about them."""

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.finding import get_account
from postroom.cli.printing import json_option, print_json, print_table

if TYPE_CHECKING:
    from postroom.accounts.models import EmailAccount
    from postroom.archive.models import Quarantine

COLUMNS = ("id", "folder", "uid", "reason", "met_at", "size", "is_ignored")


@click.command("quarantine")
@click.argument("address")
@click.option("--retry", metavar="ID|all", help="Try this message again, or all of them.")
@click.option("--ignore", metavar="ID|all", help="Leave it as it is; it needs nobody any more.")
@click.option("--source", metavar="ID", help="Write this message to stdout, byte by byte.")
@json_option
@with_django
def quarantine_command(
    address: str, retry: str | None, ignore: str | None, source: str | None, as_json: bool
) -> None:
    """Show the messages of the account ADDRESS that could not be recorded, and why."""
    from postroom.archive.quarantine import set_aside_in

    account = get_account(address)
    if source:
        write_out(entries_called(account, source))
        return
    if retry:
        try_again(entries_called(account, retry), is_quiet=as_json)
    if ignore:
        let_be(entries_called(account, ignore))
    rows = [asdict(entry) for entry in set_aside_in(account)]
    if as_json:
        print_json(rows)
    elif rows:
        print_table(COLUMNS, [[row[name] for name in COLUMNS] for row in rows])
    else:
        click.echo(f"Nothing of {account.address} is set aside.")


def write_out(entries: list["Quarantine"]) -> None:
    """The bytes of the messages as they came."""
    from postroom.archive.quarantine import find_raw_of

    for entry in entries:
        raw = find_raw_of(entry)
        if raw is None:
            raise Failed(f"The text of message {entry.pk} never came from the server.")
        sys.stdout.buffer.write(raw)


def entries_called(account: "EmailAccount", name: str) -> list["Quarantine"]:
    """All entries, or the one with this id."""
    from postroom.archive.quarantine import entries_of

    entries = entries_of(account)
    if name == "all":
        return list(entries)
    if not name.isdecimal():
        raise click.UsageError(f"“{name}” is neither an id nor “all”.")
    found = list(entries.filter(pk=int(name)))
    if not found:
        raise Failed(
            f"{account.address} has no message {name} set aside."
            f" “postroom account quarantine {account.address}” shows all of them."
        )
    return found


def try_again(entries: list["Quarantine"], *, is_quiet: bool) -> None:
    """Retry each, and say how many left."""
    from django.utils import timezone

    from postroom.sync.parsing import LimitedParser
    from postroom.sync.retrying import retry

    parser = LimitedParser()
    try:
        left = sum(retry(entry, parser, timezone.now()) for entry in entries)
    finally:
        parser.close()
    if not is_quiet:
        click.echo(f"{len(entries)} tried again, {left} no longer set aside.")


def let_be(entries: list["Quarantine"]) -> None:
    """Ignore each."""
    from django.utils import timezone

    from postroom.archive.quarantine import ignore

    ignore(entries, timezone.now())
