"""postroom account folders: which folders are synced."""

from typing import TYPE_CHECKING, Any

import click

from postroom.cli.bootstrap import Failed, with_django
from postroom.cli.finding import get_account
from postroom.cli.printing import json_option, print_json, print_table

if TYPE_CHECKING:
    from postroom.accounts.models import EmailAccount
    from postroom.archive.models import Folder

COLUMNS = ("folder", "role", "synced", "recorded", "listed")


@click.command("folders")
@click.argument("address")
@click.option("--on", multiple=True, metavar="NAME", help="Sync this folder, old mail included.")
@click.option("--off", multiple=True, metavar="NAME", help="Sync it no more; what is here stays.")
@json_option
@with_django
def folders_command(address: str, on: tuple[str, ...], off: tuple[str, ...], as_json: bool) -> None:
    """Show the folders of the account ADDRESS, and choose which are synced."""
    from postroom.archive.folders import choose

    account = get_account(address)
    chosen = [(get_folder(account, name), name in on) for name in (*on, *off)]
    for folder, is_synced in chosen:
        choose(folder, is_synced=is_synced)
    rows = folder_rows(account)
    if as_json:
        print_json(rows)
    elif rows:
        print_table(COLUMNS, [[row[name] for name in COLUMNS] for row in rows])
    else:
        click.echo("No folders are known yet. The first sync brings them.")


def get_folder(account: "EmailAccount", name: str) -> "Folder":
    """The folder of this name."""
    folder = account.folders.filter(name=name).first()
    if folder is None:
        raise Failed(
            f"{account.address} has no folder “{name}”."
            f" “postroom account folders {account.address}” shows all of them."
        )
    return folder


def folder_rows(account: "EmailAccount") -> list[dict[str, Any]]:
    """What a person needs to choose."""
    from postroom.archive.ledger import recorded_flags

    return [
        {
            "folder": folder.name,
            "role": folder.role,
            "synced": folder.is_synced,
            "recorded": len(recorded_flags(folder)),
            "listed": folder.gone_at is None,
        }
        for folder in account.folders.all()
    ]
