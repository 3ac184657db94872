"""postroom keys: the keys that seal stored passwords and tokens, and how they are exchanged."""

from typing import TYPE_CHECKING

import click

from postroom.cli.bootstrap import Failed, read_environment, with_django
from postroom.cli.printing import json_option, print_json, print_table
from postroom.config.secrets import add_key, drop_older_keys

if TYPE_CHECKING:
    from postroom.accounts.resealing import Resealed


@click.group("keys")
def keys_command() -> None:
    """The key file: a new key for all stored secrets, without stopping anything."""


@keys_command.command("rotate")
@json_option
@with_django
def rotate(as_json: bool) -> None:
    """Put a new key on top of the key file, then seal every secret anew with it.

    Safe to stop and to repeat at any moment: old keys go on opening what they sealed. Copy the key
    file anew afterwards.
    """
    add_key(read_environment().secret_key_file)
    tell(resealed(), as_json=as_json)


@keys_command.command("reseal")
@json_option
@with_django
def reseal(as_json: bool) -> None:
    """Seal with the newest key whatever an older one sealed: the rest of a stopped rotation."""
    tell(resealed(), as_json=as_json)


@keys_command.command("prune")
@with_django
def prune() -> None:
    """Drop the older keys from the key file, once no secret needs them any more.

    Backups made before need the key file of their day.
    """
    from postroom.accounts.resealing import counted

    needed = sum(column.older + column.closed for column in counted())
    if needed:
        raise Failed(
            f"{needed} secrets are not sealed with the newest key. Run “postroom keys reseal” and"
            " look at what it tells."
        )
    gone = drop_older_keys(read_environment().secret_key_file)
    click.echo(f"{gone} older keys are dropped.")


@keys_command.command("list")
@json_option
@with_django
def list_secrets(as_json: bool) -> None:
    """Count the secrets: sealed with the newest key, with an older one, with none that is here."""
    from postroom.accounts.resealing import counted

    rows = [column.as_row() for column in counted()]
    if as_json:
        print_json(rows)
    else:
        columns = ("secret", "newest", "older", "closed")
        print_table(columns, [[row[name] for name in columns] for row in rows])


def resealed() -> "list[Resealed]":
    """Seal everything anew, with the newest key as the file has it now."""
    from postroom.accounts.resealing import reseal_all

    return reseal_all()


def tell(outcome: "list[Resealed]", *, as_json: bool) -> None:
    """Say what came of it; status 1 if a secret opens with no key."""
    closed = sum(column.closed for column in outcome)
    if as_json:
        print_json([column.as_row() for column in outcome])
    else:
        done = sum(column.newest for column in outcome)
        click.echo(f"{done} secrets are sealed with the newest key.")
    if closed:
        raise Failed(
            f"{closed} secrets open with no key of the file. Restore the key file they were sealed"
            " with, or enter them again; “postroom doctor” names their mailboxes."
        )
